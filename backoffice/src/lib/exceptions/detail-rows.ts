import type { ExceptionRow } from '@nexus/contracts';
import { t } from '../i18n/index.ts';

const MAX_ROWS = 30;

/** What a service wrote about an exception, as pairs of text for a person who looks into it. */
export const detailRows = ({ subject, detail }: Pick<ExceptionRow, 'subject' | 'detail'>): [string, string][] => {
  const rows = Object.entries(detail).map(([name, value]): [string, string] => [name, textOf(value)]);
  const all: [string, string][] = subject === null ? rows : [[t.exceptions.subject, subject], ...rows];
  return all.slice(0, MAX_ROWS);
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
