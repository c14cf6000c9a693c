import { get } from 'node:http';
import type { ProbeSettings } from '../chart-settings.ts';

/** Asks once, as the kubelet does: a connection of its own, success below 400. */
export function probe(port: number, { path, timeoutMs }: ProbeSettings): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path, agent: false, timeout: timeoutMs }, (response) => {
      response.resume();
      resolve((response.statusCode ?? 500) < 400);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
    request.on('close', () => resolve(false)); // settled already where an answer came
  });
}
