import type { Request } from 'express';
import { z } from 'zod';
import type { Access, ClaimsOf, ContextOf } from '../access/access.ts';
import { isSpecial, type Answer, type ResultOf } from './answer.ts';
import { DEFAULT_BODY_BYTES, isRawBody, type RawBody, type RawBodyValue } from './body.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
export type BodySchema = z.ZodType | RawBody;

/** Sets what a plain result cannot say. Nothing is sent before the handler returns. */
export interface Reply {
  status(status: number): Reply;
  header(name: string, value: string): Reply;
}

export type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;
export type BodyValue<B> = B extends RawBody<infer M> ? RawBodyValue<M> : Parsed<B>;

/** What a handler is given: everything checked, the tenant from the token and nowhere else. */
export interface HandlerInput<P, Q, B, A extends Access> {
  readonly ctx: ContextOf<A>;
  readonly claims: ClaimsOf<A>;
  readonly params: Parsed<P>;
  readonly query: Parsed<Q>;
  readonly body: BodyValue<B>;
  readonly request: Request;
  readonly reply: Reply;
  /** Aborted when the client has gone, the time is over, or the process stops (streams only). */
  readonly signal: AbortSignal;
}

export interface RouteLimits {
  /** Bytes of a JSON body after decompression. Default 256 KiB. */
  readonly bodyBytes?: number;
  /** Time for one plain answer. Default 30,000; streams have none. */
  readonly timeoutMs?: number;
}

export interface RouteSpec<P, Q, B, R extends Answer, A extends Access> {
  readonly method: Method;
  /** Express path with named parameters, e.g. `/products/:product`. */
  readonly path: string;
  readonly summary: string;
  readonly access: A;
  /** Strict object of the path's parameters. */
  readonly params?: P;
  /** Strict object; values arrive as text, so coerce. */
  readonly query?: Q;
  readonly body?: B;
  readonly response: R;
  /** Status of success where the handler sets none. Default 200, 204 for `noContent`. */
  readonly status?: number;
  readonly limits?: RouteLimits;
  readonly handler: (input: HandlerInput<P, Q, B, A>) => Promise<ResultOf<R>> | ResultOf<R>;
}

/** A route as tables hold it, whatever its types. */
export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  readonly params: z.ZodType | undefined;
  readonly query: z.ZodType | undefined;
  readonly body: BodySchema | undefined;
  readonly response: Answer;
  readonly status: number;
  readonly bodyBytes: number;
  readonly timeoutMs: number;
  readonly handler: (input: HandlerInput<unknown, unknown, unknown, Access>) => unknown;
}

const DEFAULT_TIMEOUT_MS = 30_000;

/** Declares a route once: routing, checks, OpenAPI and the isolation suite all read it. */
export function defineRoute<
  const A extends Access,
  R extends Answer,
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends BodySchema | undefined = undefined,
>(spec: RouteSpec<P, Q, B, R, A>): Route {
  checkParameters(spec.path, spec.params);
  if (spec.body !== undefined && spec.method === 'get') throw new TypeError(`GET ${spec.path} cannot have a body`);
  return {
    method: spec.method,
    path: spec.path,
    summary: spec.summary,
    access: spec.access,
    params: spec.params,
    query: spec.query,
    body: spec.body,
    response: spec.response,
    status: spec.status ?? (isSpecial(spec.response) && spec.response.kind === 'empty' ? 204 : 200),
    bodyBytes: isRawBody(spec.body) ? spec.body.maxBytes : (spec.limits?.bodyBytes ?? DEFAULT_BODY_BYTES),
    timeoutMs: spec.limits?.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    // The types were checked against the schemas just above; tables hold routes of all types.
    handler: spec.handler as unknown as Route['handler'],
  };
}

export const parameterNames = (path: string): string[] => [...path.matchAll(/:([A-Za-z]\w*)/g)].map((m) => m[1] ?? '');

/** Keys of an object schema; undefined where it is of another kind. */
export const keysOf = (schema: z.ZodType | undefined): string[] | undefined =>
  schema instanceof z.ZodObject ? Object.keys(schema.shape) : undefined;

function checkParameters(path: string, params: z.ZodType | undefined): void {
  const inPath = parameterNames(path).sort().join();
  const inSchema = (keysOf(params) ?? []).sort().join();
  if (inPath !== inSchema) throw new TypeError(`${path}: parameters (${inPath}) and their schema (${inSchema}) differ`);
}
