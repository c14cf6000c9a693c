import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { PortChooser } from '../process/ports.ts';
import { writeFileAtomically } from '../write-file-atomically.ts';

const portsSchema = z.record(z.string(), z.number().int());

/** Ports of one state folder, the same at every start while they are free: addresses that people noted stay true. */
export class RememberedPorts {
  readonly #file: string;
  readonly #chooser = new PortChooser();
  readonly #before: Record<string, number>;
  readonly #inUse: (name: string) => boolean;
  readonly #chosen: Record<string, number> = {};

  /** `inUse` answers whether this state folder's own process holds the port: then it need not be free. */
  constructor(stateDir: string, inUse: (name: string) => boolean) {
    this.#file = join(stateDir, 'ports.json');
    this.#before = readPorts(this.#file);
    this.#inUse = inUse;
  }

  async choose(name: string, owner: string, configured: number | undefined): Promise<number> {
    const before = this.#before[name];
    const keep = before !== undefined && this.#inUse(owner) && (!configured || configured === before);
    this.#chosen[name] = keep ? before : await this.#chooser.choose(name, configured, before);
    return this.#chosen[name];
  }

  save(): void {
    const ports = { ...this.#before, ...this.#chosen };
    writeFileAtomically(this.#file, `${JSON.stringify(ports, null, 2)}\n`);
  }
}

function readPorts(file: string): Record<string, number> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  return portsSchema.parse(JSON.parse(text));
}
