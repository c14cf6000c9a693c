import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Supervisor } from '../supervisor.ts';
import { childProgram } from './child-program.ts';

// A supervisor as a process of its own, so that a test can kill it: `run-supervisor.ts DIR NAME…`
const [, , dir = '', ...names] = process.argv;
const specs = names.map((name) => childProgram(dir, name));
const supervisor = new Supervisor({ specs, stateDir: dir, log: () => undefined });
await supervisor.start();
writeFileSync(join(dir, 'supervisor.ready'), '');
