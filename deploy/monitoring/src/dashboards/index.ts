import type { Dashboard } from '../dashboard.ts';
import { journal } from './journal.ts';
import { overview } from './overview.ts';
import { processes } from './processes.ts';
import { requests } from './requests.ts';

export const dashboards: readonly Dashboard[] = [overview, journal, requests, processes];
