import { chainMigration } from './0100-chain.ts';
import { directoryMigration } from './shared/0100-directory.ts';

export const tenantMigrations = [chainMigration];
export const sharedMigrations = [directoryMigration];
