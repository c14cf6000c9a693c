import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { cpuSeconds } from '../measure/cpu.ts';

export interface FloorFigures {
  readonly perSecond: number;
  /** Milliseconds of CPU a sale: the writing process and PostgreSQL together. */
  readonly cpuMsPerSale: number;
}

const DATABASE = 'nexus_bench_floor';

/** Runs the floor once in the PostgreSQL that the platform uses. */
export async function measureFloor(superuserUrl: string, postgresPid: number, sales: number): Promise<FloorFigures> {
  const url = await floorDatabase(superuserUrl);
  const before = cpuSeconds([postgresPid]);
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(import.meta.dirname, 'floor-main.ts'),
    url,
    String(sales),
  ]);
  const { seconds, cpuSeconds: own } = JSON.parse(stdout) as { seconds: number; cpuSeconds: number };
  const database = cpuSeconds([postgresPid]) - before;
  return { perSecond: sales / seconds, cpuMsPerSale: ((own + database) * 1000) / sales };
}

/** The address of a database of the floor's own, made where it is not there. */
export async function floorDatabase(superuserUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
  const url = new URL(superuserUrl);
  url.pathname = `/${DATABASE}`;
  return url.href;
}
