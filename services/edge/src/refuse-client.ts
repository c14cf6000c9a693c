import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ERROR_CODES, type ErrorCode, type Problem } from '@nexus/contracts';

/**
 * What is no HTTP, or has headers too long or too slow, never becomes a request; it gets an answer in the same form as
 * everything else all the same. Where another answer has begun on that connection, only cutting it says anything.
 */
export function refuseWhatIsNoRequest(server: Server): void {
  const answering = new WeakMap<Socket, ServerResponse>();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    answering.set(request.socket, response);
    response.once('close', () => answering.delete(request.socket));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const begun = answering.get(socket)?.headersSent === true;
    if (!socket.writable || begun || error.code === 'ECONNRESET') return void socket.destroy();
    if (error.code === 'HPE_HEADER_OVERFLOW') socket.end(answer('NX-1003', 431, 'The headers are too large.'));
    else if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT')
      socket.end(answer('NX-3004', 408, 'The request took too long.'));
    else socket.end(answer('NX-1001', 400, 'This is not HTTP.'));
  });
}

/** The whole answer as text: there is no response to write it to. */
function answer(code: ErrorCode, status: number, detail: string): string {
  const problem: Problem = { type: `urn:nexus:problem:${code}`, title: ERROR_CODES[code].title, status, code, detail };
  const body = JSON.stringify(problem);
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
