import { createLogger } from '@nexus/telemetry';
import { badInputSuite } from '@nexus/testkit';
import { service } from './service.ts';

badInputSuite('sync', () => service, createLogger({ service: 'sync', level: 'silent' }));
