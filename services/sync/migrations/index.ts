import { messagingSharedMigrations, messagingTenantMigrations } from '@nexus/messaging';
import { journalMigration } from './0100-journal.ts';
import { replayMigration } from './0110-replay.ts';
import { tillViewMigration } from './0120-till-view.ts';
import { terminalKeyMigration } from './shared/0100-terminal-key.ts';

export const tenantMigrations = [...messagingTenantMigrations, journalMigration, replayMigration, tillViewMigration];
export const sharedMigrations = [...messagingSharedMigrations, terminalKeyMigration];
