import { createServer, connect, type Socket } from 'node:net';

/** A cable that can be pulled: stands between a client and an engine on 127.0.0.1. */
export interface TcpProxy {
  readonly port: number;
  /** Connections open through it now. */
  readonly open: () => number;
  /** Connections that ever came through, those refused while cut not counted. */
  readonly accepted: () => number;
  /** Breaks every connection and refuses new ones until `heal`. */
  readonly cut: () => void;
  /**
   * Swallows whatever is sent, both ways, without breaking anything: the other side has vanished. Connections of that
   * time stay dead for ever; those that are opened after `heal` work.
   */
  readonly fallSilent: () => void;
  readonly heal: () => void;
  readonly close: () => Promise<void>;
}

export async function startTcpProxy(target: { readonly host?: string; readonly port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let down = false;
  let silent = false;
  let accepted = 0;
  const server = createServer((client) => {
    if (down) {
      client.resetAndDestroy();
      return;
    }
    accepted += 1;
    if (silent) {
      sockets.add(client.on('error', () => client.destroy()).on('close', () => sockets.delete(client)));
      client.resume();
      return;
    }
    const engine = connect({ host: target.host ?? '127.0.0.1', port: target.port });
    join(client, engine, sockets);
    join(engine, client, sockets);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no address');
  const breakAll = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: address.port,
    open: () => sockets.size / 2,
    accepted: () => accepted,
    cut: () => {
      down = true;
      breakAll();
    },
    fallSilent: () => {
      silent = true;
      for (const socket of sockets) socket.unpipe().resume();
    },
    heal: () => {
      down = false;
      silent = false;
    },
    close: () => {
      down = true;
      breakAll();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Carries one direction; what ends or breaks on this side ends or breaks on the other. */
function join(from: Socket, to: Socket, sockets: Set<Socket>): void {
  sockets.add(from);
  from.setNoDelay(true);
  from.pipe(to);
  // A broken connection is what this proxy is for: both ends learn it from their own sockets.
  from.on('error', () => to.destroy());
  from.on('close', () => {
    sockets.delete(from);
    to.destroy();
  });
}

/** The same URL, by way of a proxy: `await startUrlProxy('postgres://u:p@127.0.0.1:5432/db')`. */
export async function startUrlProxy(url: string): Promise<TcpProxy & { readonly url: string }> {
  const through = new URL(url);
  const proxy = await startTcpProxy({ host: through.hostname, port: Number(through.port) });
  through.hostname = '127.0.0.1';
  through.port = String(proxy.port);
  return { ...proxy, url: through.href };
}
