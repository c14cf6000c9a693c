import { Agent, request } from 'node:http';

export interface PlainFetch {
  readonly fetch: typeof globalThis.fetch;
  readonly close: () => void;
}

/**
 * As much of `fetch` as a push needs: plain HTTP, bytes that are there as a whole. A till runs on a machine of its own; what
 * `fetch` costs here, beside the platform, would be taken from it.
 */
export function plainFetch(): PlainFetch {
  const agent = new Agent({ keepAlive: true });
  const send = (url: string, init: RequestInit): Promise<Response> =>
    new Promise((resolve, reject) => {
      const body = init.body as Uint8Array;
      const { signal } = init;
      const sent = request(
        url,
        {
          agent,
          method: init.method ?? 'GET',
          headers: { ...(init.headers as Record<string, string>), 'content-length': body.length },
          ...(signal && { signal }),
        },
        (answer) => {
          const parts: Buffer[] = [];
          answer
            .on('data', (part: Buffer) => parts.push(part))
            .on('error', reject)
            .on('end', () => {
              resolve(new Response(Buffer.concat(parts), { status: answer.statusCode ?? 500 }));
            });
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  return {
    fetch: (url, init = {}) => send(url instanceof Request ? url.url : url.toString(), init),
    close: () => {
      agent.destroy();
    },
  };
}
