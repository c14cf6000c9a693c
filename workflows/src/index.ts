export { promoteConfig } from './config.ts';
export { worker } from './worker.ts';
