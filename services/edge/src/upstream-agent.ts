import { Agent } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

const MAX_SOCKETS = 1_024;
const MAX_FREE_SOCKETS = 128;

/**
 * So long a connection to a service is kept without use, milliseconds. Shorter than any drain: a service that stops ends
 * every connection with an answer while it drains, and those that nobody used meanwhile are gone before it closes its door.
 * So no request is ever sent into a connection that is being closed, also one that must not be sent twice.
 */
export const MAX_IDLE_MS = 1_500;

/** Connections to the services: kept between requests, but not for long. */
export class UpstreamAgent extends Agent {
  constructor() {
    super({ keepAlive: true, maxSockets: MAX_SOCKETS, maxFreeSockets: MAX_FREE_SOCKETS });
  }

  /** Called when a connection becomes free; the agent closes free ones that time out. An answer's own hint is far longer. */
  override keepSocketAlive(socket: Duplex): boolean {
    const kept = super.keepSocketAlive(socket) as unknown as boolean;
    (socket as Socket).setTimeout(MAX_IDLE_MS);
    return kept;
  }
}
