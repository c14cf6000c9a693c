import type { ReplyWithLines, RpcDefinition, RpcLinesDefinition } from '@nexus/contracts';
import type { TenantContext } from '@nexus/tenancy-db';
import type { z } from 'zod';

/** A question that a service answers, as its table of handlers lists it. `ctx.tenantId` is '' for platform questions. */
export interface RpcHandler<Q extends z.ZodType = z.ZodType, A extends z.ZodType = z.ZodType> {
  readonly definition: RpcDefinition<Q, A>;
  /** Gives the reply; of a question that `carriesLines`, a `ReplyWithLines`. */
  readonly handle: (ctx: TenantContext, request: z.infer<Q>) => Promise<z.infer<A> | ReplyWithLines<z.infer<A>>>;
}
export const rpcHandler = <Q extends z.ZodType, A extends z.ZodType>(
  definition: RpcDefinition<Q, A>,
  handle: (ctx: TenantContext, request: z.infer<Q>) => Promise<z.infer<A>>,
): RpcHandler<Q, A> => ({ definition, handle });
/** The same for a question whose definition `carriesLines`. */
export const rpcLinesHandler = <Q extends z.ZodType, A extends z.ZodType>(
  definition: RpcLinesDefinition<Q, A>,
  handle: (ctx: TenantContext, request: z.infer<Q>) => Promise<ReplyWithLines<z.infer<A>>>,
): RpcHandler<Q, A> => ({ definition, handle });
