import type { z } from 'zod';
import type { ServiceName } from '../common.ts';

/** Largest reply in bytes. */
export const MAX_REPLY_BYTES = 2 * 1024 * 1024;

/**
 * A question one service answers another over NATS request–reply. `scope: 'tenant'` questions carry the tenant in the
 * subject (`rq.{service}.{tenant}.{name}`), platform ones an underscore; never in the payload.
 */
export interface RpcDefinition<Q extends z.ZodType = z.ZodType, A extends z.ZodType = z.ZodType> {
  readonly service: ServiceName;
  readonly name: string;
  readonly scope: 'tenant' | 'platform';
  readonly request: Q;
  readonly reply: A;
  readonly timeoutMs: number;
  /** Its answer carries lines of text beside the reply, as they are: thousands of journal lines need no quoting and no parsing. */
  readonly carriesLines?: true;
}
export type RpcLinesDefinition<Q extends z.ZodType = z.ZodType, A extends z.ZodType = z.ZodType> = RpcDefinition<
  Q,
  A
> & {
  readonly carriesLines: true;
};
/** Reply of a question that `carriesLines`. The limit of a reply holds for both together. */
export interface ReplyWithLines<A> {
  readonly reply: A;
  /** Each without a newline in it. */
  readonly lines: readonly string[];
}
export const defineRpc = <Q extends z.ZodType, A extends z.ZodType>(
  definition: RpcDefinition<Q, A>,
): RpcDefinition<Q, A> => definition;

/** Defines a question whose answer carries lines beside its reply. */
export const defineLinesRpc = <Q extends z.ZodType, A extends z.ZodType>(
  definition: Omit<RpcDefinition<Q, A>, 'carriesLines'>,
): RpcLinesDefinition<Q, A> => ({ ...definition, carriesLines: true });

export const rpcSubject = (service: string, tenant: string | null, name: string): string =>
  `rq.${service}.${tenant ?? '_'}.${name}`;
