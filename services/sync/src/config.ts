import { count, standardConfig } from '@nexus/service-kit';
import type { z } from 'zod';

/** What every service has, and when replays are woken. */
export const config = standardConfig.extend({
  /** So long an entry waits for what it follows before it is numbered beside the gap. */
  journalGraceMs: count(0, 86_400_000).default(60_000),
  /** So many entries of a till that is sending a backlog are worth waking its replay. */
  replayWakeEntries: count(1, 100_000).default(2_500),
  /** Longest that a wake-up waits while the till is sending more. */
  replayBacklogMs: count(0, 60_000).default(5_000),
});
export type SyncConfig = z.output<typeof config>;

/** The one place where this service reads the environment. */
export const environment = process.env;
