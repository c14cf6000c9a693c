import { createLogger } from '@nexus/telemetry';
import { badInputSuite } from '@nexus/testkit';
import { service } from './service.ts';

badInputSuite('sales', () => service, createLogger({ service: 'sales', level: 'silent' }));
