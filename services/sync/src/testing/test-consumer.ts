import type { ReplyWithLines, takeEntries } from '@nexus/contracts';
import type { RpcHandler } from '@nexus/messaging';
import type { TenantContext } from '@nexus/tenancy-db';
import type { z } from 'zod';
import { rpcHandlers } from '../rpc-handlers.ts';
import type { SyncDeps } from '../deps.ts';

type Reply = z.infer<typeof takeEntries.reply>;
type Page = Omit<Reply, 'entries'> & { readonly entries: readonly [number, string, string][] };

/** Asks one of sync's questions as another service would, without NATS in between; the answer is checked on the way. */
export async function ask<T>(deps: SyncDeps, ctx: TenantContext, name: string, question: unknown): Promise<T> {
  const handler = rpcHandlers(deps).find(({ definition }) => definition.name === name) as RpcHandler;
  const request = handler.definition.request.parse(question);
  const answer = await handler.handle(ctx, request);
  if (handler.definition.carriesLines !== true) return handler.definition.reply.parse(answer) as T;
  const { reply, lines } = answer as ReplyWithLines<unknown>;
  return { reply: handler.definition.reply.parse(reply), lines } as T;
}

/** A service that takes entries by the contract's rules and keeps each once, by hash. */
export class TestConsumer {
  readonly kept = new Map<string, string>();
  epoch = 0;
  number = 0;
  hash: string | null = null;
  restarts = 0;
  deps: SyncDeps;
  readonly #ctx: TenantContext;
  readonly #kinds: readonly string[];

  constructor(deps: SyncDeps, ctx: TenantContext, kinds: readonly string[] = ['sale', 'return']) {
    this.deps = deps;
    this.#ctx = ctx;
    this.#kinds = kinds;
  }

  /** One page, each entry with its line. */
  async take(terminal: string, limit = 500): Promise<Page> {
    const { reply, lines } = await ask<ReplyWithLines<Reply>>(this.deps, this.#ctx, 'take-entries', {
      terminal,
      epoch: this.epoch,
      after: this.number,
      ...(this.hash === null ? {} : { afterHash: this.hash }),
      kinds: this.#kinds,
      limit,
    });
    return {
      ...reply,
      entries: reply.entries.map(([number, hash], index): [number, string, string] => [
        number,
        hash,
        lines[index] ?? '',
      ]),
    };
  }

  /** Takes everything there is; returns the number of pages. */
  async follow(terminal: string, limit = 500): Promise<number> {
    for (let pages = 1; ; pages += 1) {
      const page = await this.take(terminal, limit);
      if (page.restart) {
        this.restarts += 1;
        Object.assign(this, { epoch: page.epoch, number: 0, hash: null });
        continue;
      }
      for (const [, hash, line] of page.entries) this.kept.set(hash, line);
      Object.assign(this, { epoch: page.epoch, number: page.through, hash: page.throughHash });
      if (page.drained) return pages;
    }
  }
}
