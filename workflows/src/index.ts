export { worker } from './worker.ts';
