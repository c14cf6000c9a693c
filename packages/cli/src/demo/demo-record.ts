import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { sizeOfFile } from '../files.ts';

const count = z.number().int().nonnegative();
/** What a chain was made to sell, to the end, and what that comes to. Beside the folders of its tills. */
const demoRecord = z.object({
  /** Names the file or the generated week. */
  sold: z.string(),
  figures: z.object({
    sales: count,
    refunds: count,
    saleLines: count,
    refundLines: count,
    grossSalesMinor: count,
    grossRefundsMinor: count,
  }),
});
export type DemoRecord = z.infer<typeof demoRecord>;

const fileOf = (directory: string, tenantId: string): string => join(directory, tenantId, 'demo.json');

/** Undefined where this chain never sold anything to its end here. */
export async function readDemoRecord(directory: string, tenantId: string): Promise<DemoRecord | undefined> {
  try {
    return demoRecord.parse(JSON.parse(await readFile(fileOf(directory, tenantId), 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export async function writeDemoRecord(directory: string, tenantId: string, record: DemoRecord): Promise<void> {
  const file = fileOf(directory, tenantId);
  await mkdir(join(directory, tenantId), { recursive: true });
  await writeFile(`${file}.part`, JSON.stringify(record));
  await rename(`${file}.part`, file);
}

/** The same name for the same sales: a file is known by what is in it, a generated week by its seed. */
export async function nameOfSales(file: string | undefined, seed: number): Promise<string> {
  if (file === undefined) return `week ${seed}`;
  await sizeOfFile(file);
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return `file ${hash.digest('hex')}`;
}
