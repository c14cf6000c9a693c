import type { IncomingMessage } from 'node:http';
import proxyAddr from 'proxy-addr';

const FORWARDING_HEADERS = /^(forwarded|x-forwarded-.*|x-real-ip)$/;
const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' };

/**
 * Puts in `x-forwarded-*` what this edge knows of the client, and nothing else: what a client says of itself is dropped,
 * what a trusted peer in front says is taken over. Services behind get one address, the client's, and need to trust this
 * edge alone.
 */
export function createForwarding(trustProxy: readonly string[]): (request: IncomingMessage) => void {
  const trust = proxyAddr.compile([...trustProxy]);
  return (request) => {
    const { headers, socket } = request;
    const trusted = trust(socket.remoteAddress ?? '', 0);
    const said = (name: string): string | undefined => (trusted ? first(headers[`x-forwarded-${name}`]) : undefined);
    const proto = said('proto') === 'https' ? 'https' : 'http';
    const host = said('host') ?? headers.host ?? '';
    const known = {
      'x-forwarded-for': proxyAddr(request, trust),
      'x-forwarded-proto': proto,
      'x-forwarded-host': host,
      'x-forwarded-port': said('port') ?? /:(\d+)$/.exec(host)?.[1] ?? DEFAULT_PORTS[proto],
    };
    for (const name of Object.keys(headers)) {
      if (FORWARDING_HEADERS.test(name)) Reflect.deleteProperty(headers, name);
    }
    Object.assign(headers, known);
  };
}

/** Of a list that several proxies made longer, the part of the one that met the client. */
function first(header: string | string[] | undefined): string | undefined {
  const value = (Array.isArray(header) ? header[0] : header)?.split(',', 1)[0]?.trim();
  return value === '' ? undefined : value;
}
