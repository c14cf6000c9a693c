import { createLogger } from '@nexus/telemetry';
import { badInputSuite } from '@nexus/testkit';
import { service } from './service.ts';

badInputSuite('catalog', () => service, createLogger({ service: 'catalog', level: 'silent' }));
