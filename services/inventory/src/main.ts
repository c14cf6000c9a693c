import { runServices } from '@nexus/service-kit';
import { environment } from './config.ts';
import { service } from './service.ts';

await runServices([service], environment);
