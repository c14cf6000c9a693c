export { down, reset, status, up, type Running, type UpOptions } from './launcher.ts';
export { readPlatformState, enginesDir, platformDir, type PlatformState } from './platform-state.ts';
export { composePlatform, type ComposedPlatform, type PlatformMode } from './compose-platform.ts';
export { platformTopology, type PlatformProcess, type TopologyInput } from './topology.ts';
export { findPgBouncer } from './engines/pgbouncer.ts';
export { ensureServiceDatabases, serviceDatabaseNames, type ServiceDatabaseNames } from './databases.ts';
export { startEngines, stopEngines, enginesStatus } from './engines/control.ts';
export {
  defaultEnginesDir,
  enginesStateSchema,
  readEnginesState,
  readPartialEnginesState,
  type EnginesState,
  type PartialEnginesState,
} from './engines/state.ts';
export { Supervisor, type ProcessState, type ProcessStatus, type SupervisorOptions } from './supervisor.ts';
export type { Launch, ProcessSpec } from './process/spec.ts';
export { formatProcesses } from './format-processes.ts';
export { describeError, LauncherError } from './launcher-error.ts';
export { withProgress, type Progress } from './progress.ts';
export { checkoutDir, defaultStateDir } from './paths.ts';
export { ensureBackofficeBuilt } from './backoffice-build.ts';
