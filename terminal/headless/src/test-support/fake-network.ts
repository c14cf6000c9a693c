import { gunzipSync } from 'node:zlib';
import { UPLOAD_HEADER, UPLOAD_SIGNATURE, type EnrolTerminalRequest } from '@nexus/contracts';
import { TransportError, type Transport } from '@nexus/terminal-core';

/**
 * What a network does to one request. `late`: given up by the till, and delivered when nobody expects it. `twice`:
 * delivered two times, the second answer is the one that comes back.
 */
export const FAULTS = [
  'request-lost',
  'answer-lost',
  'answer-cut',
  'timed-out',
  'busy',
  'hotel-page',
  'late',
  'twice',
] as const;
export type Fault = (typeof FAULTS)[number];

/** HTTP as a till meets it, with a platform behind it. Faults are used up request by request; then all is well. */
export class FakeNetwork {
  faults: Fault[] = [];
  readonly #held: (() => Promise<Response>)[] = [];

  fetchTo(platform: Transport): typeof fetch {
    return async (input, init) => {
      const path = new URL(input instanceof Request ? input.url : input).pathname;
      const deliver = () => answer(platform, path, init ?? {});
      return this.#pass(this.faults.shift(), deliver);
    };
  }

  /** Delivers what was given up, the newest first: nobody waits for the answers. */
  async deliverHeld(): Promise<void> {
    for (let deliver = this.#held.pop(); deliver; deliver = this.#held.pop()) await deliver();
  }

  async #pass(fault: Fault | undefined, deliver: () => Promise<Response>): Promise<Response> {
    switch (fault) {
      case undefined:
        return deliver();
      case 'twice':
        await deliver();
        return deliver();
      case 'request-lost':
        throw new TypeError('fetch failed');
      case 'timed-out':
        await deliver();
        throw new DOMException('The operation was aborted due to timeout', 'TimeoutError');
      case 'answer-lost':
        await deliver();
        throw new TypeError('fetch failed');
      case 'answer-cut':
        return cut(await deliver());
      case 'busy':
        return problemOf(503, 'NX-3001');
      case 'hotel-page':
        return new Response('<html>Sign in to the network of this hotel</html>');
      case 'late':
        this.#held.push(deliver);
        throw new DOMException('The operation was aborted due to timeout', 'TimeoutError');
    }
  }
}

async function answer(platform: Transport, path: string, init: RequestInit): Promise<Response> {
  try {
    if (path.endsWith('/journal')) return Response.json(await upload(platform, init));
    if (path.endsWith('/terminals/enrol')) {
      return Response.json(await platform.enrol(JSON.parse(init.body as string) as EnrolTerminalRequest));
    }
  } catch (error) {
    if (error instanceof TransportError) return problemOf(401, error.code ?? 'NX-2002');
    throw error;
  }
  return problemOf(404, 'NX-1002');
}

function upload(platform: Transport, init: RequestInit): ReturnType<Transport['upload']> {
  const headers = new Headers(init.headers);
  const sent = init.body instanceof ArrayBuffer ? new Uint8Array(init.body) : (init.body as Uint8Array<ArrayBuffer>);
  const body = headers.get('content-encoding') === 'gzip' ? new Uint8Array(gunzipSync(sent)) : sent;
  return platform.upload({
    header: headers.get(UPLOAD_HEADER) ?? '',
    signature: headers.get(UPLOAD_SIGNATURE) ?? '',
    body,
  });
}

const problemOf = (status: number, code: string): Response =>
  Response.json({ type: 'about:blank', title: 'told', status, code }, { status });

/** The first half of an answer, and then the line breaks. */
async function cut(response: Response): Promise<Response> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  return new Response(
    new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(bytes.subarray(0, bytes.length / 2));
        controller.error(new TypeError('terminated'));
      },
    }),
  );
}
