import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendProblem } from './problem.ts';
import type { ReverseProxy } from './reverse-proxy.ts';
import { isSignInPath } from './sign-in-paths.ts';
import type { StaticFiles } from './static-files.ts';

export interface RouterParts {
  readonly services: ReadonlyMap<string, string>;
  readonly keycloakUrl: string;
  readonly proxy: ReverseProxy;
  readonly files: StaticFiles | undefined;
}

/** Where a request goes. `name` is one of few, whatever was asked: it is a label of metrics. */
export interface Destination {
  readonly name: string;
  /** `begun` is called when an answer begins that may go on for hours. */
  readonly serve: (response: ServerResponse, begun: () => void) => void | Promise<void>;
}

/** The table of the edge: who answers what. Takes `/api/<service>` off before the service sees its path. */
export function createRouter({ services, keycloakUrl, proxy, files }: RouterParts) {
  const refuse = (code: 'NX-1001' | 'NX-1002', detail: string): Destination => ({
    name: 'none',
    serve: (response) => sendProblem(response, code, detail),
  });
  return (request: IncomingMessage): Destination => {
    const target = request.url ?? '/';
    // Only the form that a server is asked in; a proxy's absolute form names somebody else's host.
    if (!target.startsWith('/')) return refuse('NX-1001', 'The request target is not a path.');
    const pathname = target.split(/[?#]/, 1)[0] ?? '/';
    const service = /^\/api\/([a-z][a-z0-9-]*)(\/.*)?$/.exec(pathname)?.[1] ?? '';
    const upstream = services.get(service);
    if (upstream !== undefined) {
      return {
        name: `/api/${service}`,
        serve: (response, begun) => {
          request.url = withoutPrefix(target, `/api/${service}`);
          proxy.forward({ request, response, target: upstream, what: `The service ${service}`, begun });
        },
      };
    }
    if (isUnder(pathname, '/api')) return refuse('NX-1002', 'There is no such service.');
    if (isUnder(pathname, '/auth')) {
      if (!isSignInPath(pathname)) return refuse('NX-1002', 'Of the sign-in service this is not served here.');
      const to = { target: keycloakUrl, what: 'The sign-in service' };
      return { name: '/auth', serve: (response, begun) => proxy.forward({ request, response, begun, ...to }) };
    }
    if (files === undefined) return refuse('NX-1002', 'The back office is not served here.');
    return { name: 'back-office', serve: (response) => files.serve(request, response, pathname) };
  };
}

const isUnder = (pathname: string, prefix: string): boolean => pathname === prefix || pathname.startsWith(`${prefix}/`);

function withoutPrefix(target: string, prefix: string): string {
  const rest = target.slice(prefix.length) || '/';
  return rest.startsWith('/') ? rest : `/${rest}`;
}
