export * from './headless-till.ts';
export * from './node-database.ts';
export * from './node-lock.ts';
export * from './node-keys.ts';
export * from './send-disorderly.ts';
export * from './load/prepare-load.ts';
export * from './load/push-load.ts';

/** What whoever drives a till from outside needs of its core. */
export { findByCode, lineForProduct } from '@nexus/terminal-core';
