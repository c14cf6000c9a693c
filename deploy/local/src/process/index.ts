export { isAlive, signalProcess, type ProcessIdentity } from './identity.ts';
export { PortChooser } from './ports.ts';
export { RunRecords } from './run-records.ts';
export { runCommand, CommandError, type CommandOptions } from './run-command.ts';
export { endProcess, spawnLogged, type Running } from './running.ts';
export { baseEnvironment, type Launch } from './spec.ts';
export { waitUntil, type WaitOptions } from './wait-until.ts';
