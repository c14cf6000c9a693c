import { createLogger } from '@nexus/telemetry';
import { badInputSuite } from '@nexus/testkit';
import { service } from './service.ts';

badInputSuite('inventory', () => service, createLogger({ service: 'inventory', level: 'silent' }));
