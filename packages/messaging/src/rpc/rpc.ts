import {
  ERROR_CODES,
  MAX_REPLY_BYTES,
  NexusError,
  rpcSubject,
  type ErrorCode,
  type ReplyWithText,
  type RpcDefinition,
  type RpcTextDefinition,
} from '@nexus/contracts';
import { injectTrace, outcomeOf, secondsSince, withRemoteTrace, type Logger } from '@nexus/telemetry';
import type { TenantContext } from '@nexus/tenancy-db';
import {
  headers,
  NoRespondersError,
  RequestError,
  TimeoutError,
  type Msg,
  type Subscription,
} from '@nats-io/transport-node';
import type { z } from 'zod';
import type { NatsLink } from '../nats-link.ts';

/** A question that a service answers, as its table of handlers lists it. `ctx.tenantId` is '' for platform questions. */
export interface RpcHandler<Q extends z.ZodType = z.ZodType, A extends z.ZodType = z.ZodType> {
  readonly definition: RpcDefinition<Q, A>;
  /** Gives the reply; of a question that `carriesText`, a `ReplyWithText`. */
  readonly handle: (ctx: TenantContext, request: z.infer<Q>) => Promise<z.infer<A> | ReplyWithText<z.infer<A>>>;
}
export const rpcHandler = <Q extends z.ZodType, A extends z.ZodType>(
  definition: RpcDefinition<Q, A>,
  handle: (ctx: TenantContext, request: z.infer<Q>) => Promise<z.infer<A>>,
): RpcHandler<Q, A> => ({ definition, handle });
/** The same for a question whose definition `carriesText`. */
export const rpcTextHandler = <Q extends z.ZodType, A extends z.ZodType>(
  definition: RpcTextDefinition<Q, A>,
  handle: (ctx: TenantContext, request: z.infer<Q>) => Promise<ReplyWithText<z.infer<A>>>,
): RpcHandler<Q, A> => ({ definition, handle });

interface Failure {
  readonly code: ErrorCode;
  readonly detail: string;
}

/** Told how each question ended (`ok` or a code) and how long its answer took, seconds. Must not throw. */
export type RpcObserver = (question: string, outcome: string, seconds: number) => void;

/** Most questions of one kind in hand at once in a process; the next is told to come later. */
const MAX_IN_HAND = 64;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Answers questions until `stop`. Pods of one service share the work (queue group = service). */
export class RpcServer {
  readonly #nats: NatsLink;
  readonly #logger: Logger;
  readonly #observer: RpcObserver;
  readonly #subscriptions: Subscription[] = [];
  readonly #inHand = new Set<Promise<void>>();
  #stopped = false;

  constructor(nats: NatsLink, logger: Logger, observer: RpcObserver = () => undefined) {
    this.#nats = nats;
    this.#logger = logger;
    this.#observer = observer;
  }

  /** Begins to answer as soon as NATS is there. */
  serve(handlers: readonly RpcHandler[]): void {
    void this.#nats.whenConnected().then(
      (connection) => {
        if (this.#stopped) return;
        for (const handler of handlers) {
          const { service, name, scope } = handler.definition;
          const subject = rpcSubject(service, scope === 'tenant' ? '*' : null, name);
          const subscription = connection.subscribe(subject, {
            queue: service,
            callback: (error, message) => {
              if (error === null) this.#take(handler, message);
            },
          });
          this.#subscriptions.push(subscription);
        }
      },
      () => undefined, // closed before it ever connected
    );
  }

  /** Takes no more questions and waits for those in hand. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    await Promise.allSettled(this.#inHand);
  }

  #take(handler: RpcHandler, message: Msg): void {
    if (this.#inHand.size >= MAX_IN_HAND) {
      this.#observer(handler.definition.name, 'NX-1007', 0);
      respond(message, { code: 'NX-1007', detail: 'Too many questions at once; ask again' });
      return;
    }
    const work = this.#answer(handler, message).finally(() => this.#inHand.delete(work));
    this.#inHand.add(work);
  }

  async #answer(handler: RpcHandler, message: Msg): Promise<void> {
    const { definition } = handler;
    const carrier = { traceparent: message.headers?.get('traceparent') ?? '' };
    const startedAt = performance.now();
    let outcome = 'ok';
    try {
      await withRemoteTrace(carrier, `answer ${definition.service}.${definition.name}`, {}, async () => {
        const ctx = { tenantId: definition.scope === 'tenant' ? tenantOf(message.subject) : '' };
        const request = definition.request.safeParse(parsed(message.string()));
        if (!request.success) throw new NexusError('NX-1001', request.error.message.slice(0, 500));
        const answer = await handler.handle(ctx, request.data);
        const bytes = Buffer.from(answerText(definition, answer));
        if (bytes.length > MAX_REPLY_BYTES) throw new NexusError('NX-1000', 'The reply is over its limit');
        message.respond(bytes);
      });
    } catch (error) {
      outcome = outcomeOf(error);
      if (!(error instanceof NexusError) || error.status >= 500)
        this.#logger.error({ err: error, rpc: definition.name }, 'a question could not be answered');
      respond(
        message,
        error instanceof NexusError
          ? { code: error.code, detail: error.message }
          : { code: 'NX-1000', detail: 'Internal error' },
      );
    } finally {
      this.#observer(definition.name, outcome, secondsSince(startedAt));
    }
  }
}

/**
 * Asks another service. Waits as long as the definition says; no answer or nobody there is NX-3001 or NX-3004, an error
 * of the other side comes back as the NexusError that it was.
 */
export async function callRpc<Q extends z.ZodType, A extends z.ZodType>(
  nats: NatsLink,
  definition: RpcDefinition<Q, A>,
  tenantId: string | null,
  request: z.input<Q>,
): Promise<z.infer<A>> {
  return (await askRpc(nats, definition, tenantId, request)).reply;
}

/** The same for a question whose definition `carriesText`. */
export const callRpcForText = <Q extends z.ZodType, A extends z.ZodType>(
  nats: NatsLink,
  definition: RpcTextDefinition<Q, A>,
  tenantId: string | null,
  request: z.input<Q>,
): Promise<ReplyWithText<z.infer<A>>> => askRpc(nats, definition, tenantId, request);

async function askRpc<Q extends z.ZodType, A extends z.ZodType>(
  nats: NatsLink,
  definition: RpcDefinition<Q, A>,
  tenantId: string | null,
  request: z.input<Q>,
): Promise<ReplyWithText<z.infer<A>>> {
  const connection = await nats.connection();
  const carried = headers();
  for (const [key, value] of Object.entries(injectTrace())) carried.set(key, value);
  const who = `${definition.service}.${definition.name}`;
  let message: Msg;
  try {
    message = await connection.request(
      rpcSubject(definition.service, tenantId, definition.name),
      JSON.stringify(request),
      {
        timeout: definition.timeoutMs,
        headers: carried,
      },
    );
  } catch (error) {
    if (error instanceof TimeoutError)
      throw new NexusError('NX-3004', `${who} did not answer in time`, { cause: error });
    const nobody = error instanceof NoRespondersError || (error instanceof RequestError && error.isNoResponders());
    throw new NexusError('NX-3001', nobody ? `${who} is not running` : `${who} could not be asked`, { cause: error });
  }
  const whole = message.string();
  // A line of JSON has no newline in it: the first one ends the reply and begins the text.
  const end = definition.carriesText === true ? whole.indexOf('\n') : -1;
  const answer = parsed(end === -1 ? whole : whole.slice(0, end)) as { ok?: unknown; error?: Failure };
  if (answer.error !== undefined) {
    throw new NexusError(answer.error.code in ERROR_CODES ? answer.error.code : 'NX-1000', answer.error.detail);
  }
  const reply = definition.reply.safeParse(answer.ok);
  if (!reply.success)
    throw new NexusError('NX-1000', `${who} answered out of contract: ${reply.error.message.slice(0, 500)}`);
  return { reply: reply.data, text: end === -1 ? '' : whole.slice(end + 1) };
}

function answerText(definition: RpcDefinition, answer: unknown): string {
  if (definition.carriesText !== true) return `{"ok":${JSON.stringify(answer)}}`;
  const { reply, text } = answer as ReplyWithText<unknown>;
  return `{"ok":${JSON.stringify(reply)}}\n${text}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new NexusError('NX-1008', undefined, { cause: error });
  }
}

/** The tenant is what the subject says, and only if it says a UUID. */
function tenantOf(subject: string): string {
  const tenant = subject.split('.')[2] ?? '';
  if (!UUID.test(tenant)) throw new NexusError('NX-3003');
  return tenant;
}

function respond(message: Msg, failure: Failure): void {
  message.respond(JSON.stringify({ error: failure }));
}
