import { messagingSharedMigrations, messagingTenantMigrations } from '@nexus/messaging';
import { catalogueMigration } from './0100-catalogue.ts';
import { trigramSearch } from './shared/0100-trigram-search.ts';

export const tenantMigrations = [...messagingTenantMigrations, catalogueMigration];
export const sharedMigrations = [...messagingSharedMigrations, trigramSearch];
