import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

const HOST = '127.0.0.1';

/**
 * What a Service of Kubernetes is to its clients: one address, behind it the pods that new connections may go to. A
 * connection stays with its pod until one of the two sides closes it, however long the pod has been taken out; each half
 * is closed by itself, and what one side resets is reset on the other.
 */
export class ClusterService {
  readonly #server: Server;
  readonly #endpoints: number[] = [];
  readonly #sockets = new Set<Socket>();
  #next = 0;
  #refused = 0;

  private constructor() {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#take(client));
  }

  /** Listens; port 0 takes a free one. */
  static async listen(port: number): Promise<ClusterService> {
    const service = new ClusterService();
    service.#server.listen(port, HOST);
    await once(service.#server, 'listening');
    return service;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections that found no pod. */
  get refused(): number {
    return this.#refused;
  }

  /** From now on new connections go to this port of this machine too. */
  route(endpoint: number): void {
    if (!this.#endpoints.includes(endpoint)) this.#endpoints.push(endpoint);
  }

  /** New connections do not go there any more; those that are open stay. */
  unroute(endpoint: number): void {
    const at = this.#endpoints.indexOf(endpoint);
    if (at >= 0) this.#endpoints.splice(at, 1);
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #take(client: Socket): void {
    this.#next += 1;
    const endpoint = this.#endpoints[this.#next % this.#endpoints.length];
    if (endpoint === undefined) {
      this.#refused += 1;
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    const pod = connect({ host: HOST, port: endpoint, allowHalfOpen: true, noDelay: true });
    this.#relay(client, pod);
    this.#relay(pod, client);
  }

  #relay(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on('error', () => undefined); // its end is told by 'close'
    from.once('close', () => {
      this.#sockets.delete(from);
      if (!from.readableEnded || from.errored !== null) to.resetAndDestroy();
    });
    from.pipe(to);
  }
}
