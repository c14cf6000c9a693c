export { startEngines, stopEngines, enginesStatus } from './control.ts';
export { readEnginesState, defaultEnginesDir, enginesStateSchema, type EnginesState } from './state.ts';
