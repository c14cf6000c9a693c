import { migrateMain } from '@nexus/service-kit';
import { environment } from './config.ts';
import { service } from './service.ts';

await migrateMain(service, environment);
