export * from './shapes.ts';
export * from './limits.ts';
export * from './engine.ts';
