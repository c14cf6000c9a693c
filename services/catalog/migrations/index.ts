import { catalogueMigration } from './0100-catalogue.ts';
import { trigramSearch } from './shared/0100-trigram-search.ts';

export const tenantMigrations = [catalogueMigration];
export const sharedMigrations = [trigramSearch];
