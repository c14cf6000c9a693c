import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../write-file-atomically.ts';

const secretsSchema = z.record(z.string(), z.string().min(16));

/** Generated passwords of one state folder: made once, kept in one file that only its owner reads. */
export class Secrets {
  readonly #file: string;
  #known: Record<string, string>;

  constructor(stateDir: string) {
    mkdirSync(stateDir, { recursive: true });
    this.#file = join(stateDir, 'secrets.json');
    this.#known = this.#read();
  }

  /** The password of that name; letters and digits only, so that it fits into any URL or configuration file. */
  get(name: string): string {
    const known = this.#known[name];
    if (known !== undefined) return known;
    const made = randomBytes(24).toString('hex');
    // Read again: another process may have added its own since.
    this.#known = { ...this.#read(), [name]: made };
    writeFileAtomically(this.#file, `${JSON.stringify(this.#known, null, 2)}\n`);
    return made;
  }

  #read(): Record<string, string> {
    let text: string;
    try {
      text = readFileSync(this.#file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw error;
    }
    chmodSync(this.#file, 0o600);
    return secretsSchema.parse(JSON.parse(text));
  }
}
