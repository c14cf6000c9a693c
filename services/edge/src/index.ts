export { startEdge, type Edge, type EdgeParts } from './edge.ts';
export { readEdgeConfig, settingsSchema as edgeSettings, EdgeConfigError, type EdgeConfig } from './config.ts';
export { MAX_IDLE_MS } from './upstream-agent.ts';
