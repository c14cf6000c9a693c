import type { ReplyWithLines, RpcDefinition } from '@nexus/contracts';

/** Answers a question that was asked in this process. `tenantId` is null for platform questions. Throws NexusErrors only. */
export type AnswerHere = (tenantId: string | null, request: unknown) => Promise<ReplyWithLines<unknown>>;

const keyOf = ({ service, name }: Pick<RpcDefinition, 'service' | 'name'>): string => `${service}.${name}`;

/**
 * The questions that services of one process answer: they ask each other without going through NATS, by the same
 * contract. One for a process that holds several services; a service alone has none.
 */
export class Neighbours {
  readonly #answers = new Map<string, AnswerHere>();

  join(definition: RpcDefinition, answer: AnswerHere): void {
    this.#answers.set(keyOf(definition), answer);
  }

  /** From now on the question goes through NATS, where another process may answer it. */
  leave(definition: RpcDefinition, answer: AnswerHere): void {
    if (this.#answers.get(keyOf(definition)) === answer) this.#answers.delete(keyOf(definition));
  }

  find(definition: RpcDefinition): AnswerHere | undefined {
    return this.#answers.get(keyOf(definition));
  }
}
