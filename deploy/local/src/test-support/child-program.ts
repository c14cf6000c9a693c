import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { baseEnvironment, type ProcessSpec } from '../process/spec.ts';

export interface ChildBehaviour {
  dependsOn?: readonly string[];
  /** JavaScript that runs before the child says it is ready. */
  before?: string;
  /** JavaScript that runs afterwards. */
  after?: string;
  stopGraceMs?: number;
  startTimeoutMs?: number;
}

/** A real Node process that writes a file when it is ready and its name to `order.log` when it starts and stops. */
export function childProgram(dir: string, name: string, behaviour: ChildBehaviour = {}): ProcessSpec {
  const readyFile = join(dir, `${name}.ready`);
  const order = join(dir, 'order.log');
  const script = `
    const fs = require('node:fs');
    const note = (what) => fs.appendFileSync(${JSON.stringify(order)}, what + ' ${name}\\n');
    note('start');
    process.on('SIGTERM', () => { note('stop'); process.exit(0); });
    setInterval(() => {}, 1000);
    ${behaviour.before ?? ''}
    fs.writeFileSync(${JSON.stringify(readyFile)}, String(process.pid));
    ${behaviour.after ?? ''}
  `;
  return {
    name,
    dependsOn: behaviour.dependsOn ?? [],
    prepare: async () => ({ command: process.execPath, args: ['-e', script], env: baseEnvironment(), cwd: dir }),
    isReady: async () => existsSync(readyFile),
    startTimeoutMs: behaviour.startTimeoutMs ?? 20_000,
    stopSignal: 'SIGTERM',
    stopGraceMs: behaviour.stopGraceMs ?? 10_000,
  };
}
