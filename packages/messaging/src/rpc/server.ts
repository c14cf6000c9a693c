import { MAX_REPLY_BYTES, NexusError, rpcSubject, type ReplyWithLines, type RpcDefinition } from '@nexus/contracts';
import { outcomeOf, secondsSince, withRemoteTrace, withSpan, type Logger } from '@nexus/telemetry';
import type { Msg, Subscription } from '@nats-io/transport-node';

import type { NatsLink } from '../nats-link.ts';
import type { RpcHandler } from './handler.ts';
import type { AnswerHere } from './neighbours.ts';
import { answerBytes, failureText, parsed } from './wire.ts';

/** Told how each question ended (`ok` or a code) and how long its answer took, seconds. Must not throw. */
export type RpcObserver = (question: string, outcome: string, seconds: number) => void;

const MAX_IN_HAND = 64;
const DRAIN_MS = 2_000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Answers questions until `stop`: over NATS, where pods of one service share the work (queue group = service), and those
 * of neighbours in this process.
 */
export class RpcServer {
  readonly #nats: NatsLink;
  readonly #logger: Logger;
  readonly #observer: RpcObserver;
  readonly #maxInHand: number;
  readonly #subscriptions: Subscription[] = [];
  readonly #here: { readonly definition: RpcDefinition; readonly answer: AnswerHere }[] = [];
  readonly #inHand = new Set<Promise<unknown>>();
  #stopped = false;

  /** `maxInHand`: most questions in hand at once; the next is told to come later. */
  constructor(
    nats: NatsLink,
    logger: Logger,
    observer: RpcObserver = () => undefined,
    maxInHand: number = MAX_IN_HAND,
  ) {
    this.#nats = nats;
    this.#maxInHand = maxInHand;
    this.#logger = logger;
    this.#observer = observer;
  }

  /** Answers neighbours at once, others as soon as NATS is there. */
  serve(handlers: readonly RpcHandler[]): void {
    for (const handler of handlers) {
      const answer: AnswerHere = (tenantId, request) =>
        this.#take(handler, () =>
          withSpan(spanOf(handler), {}, () => this.#answer(handler, tenantId ?? '', () => request)),
        );
      this.#here.push({ definition: handler.definition, answer });
      this.#nats.neighbours?.join(handler.definition, answer);
    }
    void this.#nats.whenConnected().then(
      (connection) => {
        if (this.#stopped) return;
        for (const handler of handlers) {
          const { service, name, scope } = handler.definition;
          const subject = rpcSubject(service, scope === 'tenant' ? '*' : null, name);
          const subscription = connection.subscribe(subject, {
            queue: service,
            callback: (error, message) => {
              if (error === null) void this.#respond(handler, message);
            },
          });
          this.#subscriptions.push(subscription);
        }
      },
      () => undefined, // closed before it ever connected
    );
  }

  /** Takes no more questions; those that were on their way by then are answered too. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { definition, answer } of this.#here) this.#nats.neighbours?.leave(definition, answer);
    await Promise.all(this.#subscriptions.map((subscription) => this.#drain(subscription)));
    await Promise.allSettled(this.#inHand);
  }

  /**
   * NATS may have sent questions that are not read yet: whoever asked them would wait for nothing. They have all come when
   * NATS says that it has heard of the end. One that is away has nothing on its way.
   */
  async #drain(subscription: Subscription): Promise<void> {
    if (!this.#nats.isUp() || subscription.isClosed()) {
      subscription.unsubscribe();
      return;
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, DRAIN_MS);
    });
    await Promise.race([subscription.drain(), late]).catch(() => undefined); // the connection was closed meanwhile
    clearTimeout(timer);
  }

  async #respond(handler: RpcHandler, message: Msg): Promise<void> {
    const { definition } = handler;
    const carrier = { traceparent: message.headers?.get('traceparent') ?? '' };
    try {
      await this.#take(handler, () =>
        withRemoteTrace(carrier, spanOf(handler), {}, async () => {
          const tenantId = definition.scope === 'tenant' ? (message.subject.split('.')[2] ?? '') : '';
          const answer = await this.#answer(handler, tenantId, () => parsed(message.string()));
          const bytes = answerBytes(definition, answer);
          if (bytes.length > MAX_REPLY_BYTES) throw new NexusError('NX-1000', 'The reply is over its limit');
          message.respond(bytes);
        }),
      );
    } catch (error) {
      message.respond(failureText(error instanceof NexusError ? error : internal()));
    }
  }

  /** Bounds, measures and logs; what went wrong inside is an internal error to whoever asked. */
  async #take<T>(handler: RpcHandler, work: () => Promise<T>): Promise<T> {
    const { name } = handler.definition;
    if (this.#inHand.size >= this.#maxInHand) {
      this.#observer(name, 'NX-1007', 0);
      throw new NexusError('NX-1007', 'Too many questions at once; ask again');
    }
    const startedAt = performance.now();
    let outcome = 'ok';
    const working = work();
    this.#inHand.add(working);
    try {
      return await working;
    } catch (error) {
      outcome = outcomeOf(error);
      if (!(error instanceof NexusError) || error.status >= 500)
        this.#logger.error({ err: error, rpc: name }, 'a question could not be answered');
      throw error instanceof NexusError ? new NexusError(error.code, error.message) : internal();
    } finally {
      this.#inHand.delete(working);
      this.#observer(name, outcome, secondsSince(startedAt));
    }
  }

  async #answer(handler: RpcHandler, tenantId: string, read: () => unknown): Promise<ReplyWithLines<unknown>> {
    const { definition } = handler;
    // The tenant is what the subject says, and only if it says a UUID.
    if (definition.scope === 'tenant' && !UUID.test(tenantId)) throw new NexusError('NX-3003');
    const request = definition.request.safeParse(read());
    if (!request.success) throw new NexusError('NX-1001', request.error.message.slice(0, 500));
    const answer = await handler.handle({ tenantId: definition.scope === 'tenant' ? tenantId : '' }, request.data);
    return definition.carriesLines === true ? (answer as ReplyWithLines<unknown>) : { reply: answer, lines: [] };
  }
}

const spanOf = ({ definition }: RpcHandler): string => `answer ${definition.service}.${definition.name}`;
const internal = (): NexusError => new NexusError('NX-1000', 'Internal error');
