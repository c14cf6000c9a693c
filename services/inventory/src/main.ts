import { runServices } from '@nexus/service-kit';
import { service } from './service.ts';

await runServices([service], process.env);
