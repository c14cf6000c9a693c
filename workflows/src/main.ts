import { runServices } from '@nexus/service-kit';
import { worker } from './worker.ts';

await runServices([worker]);
