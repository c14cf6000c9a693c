import { journalMigration } from './0100-journal.ts';
import { replayMigration } from './0110-replay.ts';
import { tillViewMigration } from './0120-till-view.ts';
import { terminalKeyMigration } from './shared/0100-terminal-key.ts';

/** Besides those of the kits. */
export const tenantMigrations = [journalMigration, replayMigration, tillViewMigration];
export const sharedMigrations = [terminalKeyMigration];
