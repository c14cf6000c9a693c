import { once } from 'node:events';
import { createServer } from 'node:net';
import { LauncherError } from '../launcher-error.ts';

/**
 * Chosen ports stay below the range that systems hand out to outgoing connections (32768 and up on Linux, 49152 on
 * macOS): an engine that is started again must find its port free, not taken by somebody's connection.
 */
const FIRST_PORT = 20_000;
const LAST_PORT = 31_999;
const MAX_TRIES = 200;

export async function isPortFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ host: '127.0.0.1', port, exclusive: true });
    await once(server, 'listening');
    return true;
  } catch (error) {
    if (['EADDRINUSE', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  } finally {
    server.close();
  }
}

/** Hands out ports of one machine, never the same twice. */
export class PortChooser {
  readonly #given = new Set<number>();

  /**
   * A configured port must be free; a remembered one is used while it is; otherwise any free one is chosen.
   * `what` names the listener in the error.
   */
  async choose(what: string, configured: number | undefined, remembered?: number): Promise<number> {
    if (configured) return this.#configured(what, configured);
    if (remembered && !this.#given.has(remembered) && (await isPortFree(remembered))) {
      this.#given.add(remembered);
      return remembered;
    }
    for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
      const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT + 1));
      if (this.#given.has(port) || !(await isPortFree(port))) continue;
      this.#given.add(port);
      return port;
    }
    throw new LauncherError(
      `No free port was found for ${what} between ${FIRST_PORT} and ${LAST_PORT}.`,
      'Stop programs that listen on many ports, or name a port for it yourself.',
    );
  }

  async #configured(what: string, port: number): Promise<number> {
    if (this.#given.has(port) || !(await isPortFree(port))) {
      throw new LauncherError(
        `Port ${port} for ${what} is taken.`,
        `Stop the program that listens on 127.0.0.1:${port} (\`ss -ltnp 'sport = :${port}'\` names it), or choose another port for ${what}.`,
      );
    }
    this.#given.add(port);
    return port;
  }
}
