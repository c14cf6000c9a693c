import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { floorDatabase } from '../floor/measure-floor.ts';
import { askSteadily, type Latency, type SteadyLoad } from './steady-load.ts';

/** The same load on a server that does nothing but look up, in the PostgreSQL that the platform uses. */
export async function measureLookupFloor(
  superuserUrl: string,
  load: Omit<SteadyLoad, 'url' | 'headers'>,
): Promise<Latency> {
  const database = await floorDatabase(superuserUrl);
  const server = spawn(
    process.execPath,
    [join(import.meta.dirname, 'floor-main.ts'), database, String(load.products)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const ended = once(server, 'exit');
  try {
    const port = await Promise.race([
      once(createInterface(server.stdout), 'line').then(([line]) => String(line)),
      ended.then(([code]) => Promise.reject(new Error(`the floor of look-up ended with ${String(code)}`))),
    ]);
    return await askSteadily({ ...load, url: `http://127.0.0.1:${port}/`, headers: {} });
  } finally {
    server.kill();
    await ended;
  }
}
