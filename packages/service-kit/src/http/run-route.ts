import { NexusError, type AccessTokenClaims } from '@nexus/contracts';
import { runWithTenant } from '@nexus/telemetry';
import type { Request, Response } from 'express';
import { authorize, needsToken, type Access } from '../access/access.ts';
import type { TokenVerifier } from '../access/token-verifier.ts';
import { isSpecial, mediaTypeOf, type ServerSentEvent } from './answer.ts';
import type { Load } from './load.ts';
import { readBody } from './read-body.ts';
import { noteStreamBegan } from './observe-request.ts';
import { readParams, readQuery } from './read-input.ts';
import { nameRequest } from './request-scope.ts';
import type { HandlerInput, Reply, Route } from './route.ts';
import { sendEvents } from './send-events.ts';
import { sendResult } from './send.ts';

export interface RouteContext {
  readonly verifier: Pick<TokenVerifier, 'verify' | 'stillValid'>;
  readonly load: Load;
  /** Aborted when the process begins to stop: streams end then. */
  readonly stopping: AbortSignal;
  readonly heartbeatMs?: number;
}

/** A till on a bad line sends its 4 MiB slowly; the server's own limit for a whole request is the same. */
const BODY_TIMEOUT_MS = 120_000;

/** One request on its route: who, what, handler, answer. Throws what went wrong before the answer began. */
export async function runRoute(
  route: Route,
  request: Request,
  response: Response,
  context: RouteContext,
): Promise<void> {
  nameRequest(response, route.method, route.path);
  const claims = needsToken(route.access) ? await bearer(request, context.verifier) : undefined;
  if (claims !== undefined) authorize(route.access, claims);
  const work = (): Promise<void> => handle(route, request, response, claims, context);
  const scoped = (): Promise<void> => (claims?.ten === undefined ? work() : runWithTenant(claims.ten, work));
  await context.load.run(isEventStream(route) ? 'streams' : 'requests', scoped);
}

async function handle(
  route: Route,
  request: Request,
  response: Response,
  claims: AccessTokenClaims | undefined,
  context: RouteContext,
): Promise<void> {
  const params = readParams(route, request);
  const query = readQuery(route, request);
  const mediaType = mediaTypeOf(route.response);
  if (mediaType !== undefined && request.accepts([mediaType]) === false)
    throw new NexusError('NX-1009', `This answers ${mediaType}`);
  const gone = new AbortController();
  // Nobody is told of a close behind a whole answer: an abort makes an error with its stack, at every request.
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  const body = await within(BODY_TIMEOUT_MS, () => readBody(route, request));
  response.status(route.status);
  const streams = isSpecial(route.response) && route.response.kind !== 'empty';
  const signal = streams ? AbortSignal.any([gone.signal, context.stopping]) : gone.signal;
  const input = {
    ctx: claims?.ten === undefined ? undefined : { tenantId: claims.ten },
    claims,
    params,
    query,
    body,
    request,
    reply: replyOf(response),
    signal,
  } as HandlerInput<unknown, unknown, unknown, Access>;
  if (request.method === 'HEAD' && isEventStream(route)) {
    response.end();
    return;
  }
  const result = await within(
    route.timeoutMs,
    async () => route.handler(input),
    () => gone.abort(),
  );
  if (isSpecial(route.response) && route.response.kind === 'sse') {
    noteStreamBegan(response);
    await sendEvents(response, {
      data: route.response.data,
      events: result as AsyncIterable<ServerSentEvent>,
      signal,
      stillAllowed: () => claims === undefined || context.verifier.stillValid(claims),
      ...(context.heartbeatMs === undefined ? {} : { heartbeatMs: context.heartbeatMs }),
    });
  } else {
    await sendResult(route, result, response, signal);
  }
}

const isEventStream = (route: Route): boolean => isSpecial(route.response) && route.response.kind === 'sse';

async function bearer(request: Request, verifier: RouteContext['verifier']): Promise<AccessTokenClaims> {
  const header = request.headers.authorization;
  if (header === undefined) throw new NexusError('NX-2001');
  const token = /^Bearer +([\w~+/.-]+=*)$/i.exec(header)?.[1];
  if (token === undefined) throw new NexusError('NX-2002');
  return verifier.verify(token);
}

const replyOf = (response: Response): Reply => {
  const reply: Reply = {
    status(status) {
      response.status(status);
      return reply;
    },
    header(name, value) {
      response.setHeader(name, value);
      return reply;
    },
  };
  return reply;
};

/** NX-3004 when the work takes longer; `late` tells it that nobody waits any more. */
async function within<T>(timeoutMs: number, work: () => Promise<T>, late?: () => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      late?.();
      reject(new NexusError('NX-3004'));
    }, timeoutMs);
  });
  try {
    return await Promise.race([work(), expiry]);
  } finally {
    clearTimeout(timer);
  }
}
