import { breakOf, refusalOf, type RequestLog } from '../request-log.ts';

/**
 * `fetch` as a till uses it, each request counted: also those that the till would make good by itself a moment later. An
 * event stream counts when it opens; it may end at any time.
 */
export const countingFetch =
  (log: RequestLog, client: string): typeof fetch =>
  async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const what = `${init?.method ?? 'GET'} ${new URL(url).pathname}`;
    try {
      const response = await fetch(input, init);
      if (response.headers.get('content-type')?.startsWith('text/event-stream') === true) {
        log.note(client, what);
        return response;
      }
      // Read here: an answer that breaks off half-way has failed too.
      const body = await response.arrayBuffer();
      log.note(client, what, response.ok ? undefined : refusalOf(response.status, new TextDecoder().decode(body)));
      return new Response(body, { status: response.status, headers: response.headers });
    } catch (error) {
      // Whoever stops listening has not been failed.
      const given = init?.signal;
      if (given?.aborted !== true || isTimeout(given.reason)) log.note(client, what, breakOf(error));
      throw error;
    }
  };

const isTimeout = (reason: unknown): boolean => reason instanceof Error && reason.name === 'TimeoutError';
