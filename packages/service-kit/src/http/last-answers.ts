import type { RequestHandler, Response } from 'express';

/**
 * From the moment the process is to stop every answer is the last on its connection, also of requests that were in hand
 * by then: a client that kept the connection would send its next request into a door that closes.
 */
export function lastAnswers(stopping: AbortSignal): RequestHandler {
  const inHand = new Set<Response>();
  stopping.addEventListener('abort', () => inHand.forEach(closeAfter), { once: true });
  return (_request, response, next) => {
    if (stopping.aborted) closeAfter(response);
    inHand.add(response);
    response.once('close', () => inHand.delete(response));
    next();
  };
}

function closeAfter(response: Response): void {
  if (!response.headersSent) response.setHeader('connection', 'close');
}
