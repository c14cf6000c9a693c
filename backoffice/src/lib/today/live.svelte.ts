import type { QueryClient } from '@tanstack/svelte-query';
import { onMount } from 'svelte';
import { followLiveSales, type LineState } from '../api/live.ts';
import type { TokenSource } from '../api/tokens.ts';

/** A busy chain sells many times a second: the figures are asked for at most this often. */
const QUIET_MS = 2_000;

const FIGURES = ['days', 'transactions', 'journals', 'open-exceptions'];
const NAMES = ['branches', 'terminals', 'staff'];

/** Keeps everything that is about sales fresh while the component lives. */
export class LiveFigures {
  line = $state<LineState>('waiting');
  readonly #queries: QueryClient;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Something was sold in a branch that was opened after this page: its name is not known yet. */
  #newBranch = false;

  constructor(tokens: TokenSource, queries: QueryClient, knows: (branch: string) => boolean) {
    this.#queries = queries;
    onMount(() => {
      const end = new AbortController();
      void followLiveSales({
        tokens,
        signal: end.signal,
        onSales: ({ branches }) => {
          this.#newBranch ||= !branches.every(knows);
          this.#refreshSoon();
        },
        onState: (line) => {
          // Whatever was sold while the line was down was not told.
          if (line === 'live' && this.line !== 'live') this.#refreshSoon();
          this.line = line;
        },
      });
      return () => {
        end.abort();
        clearTimeout(this.#timer);
      };
    });
  }

  #refreshSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const keys = this.#newBranch ? [...FIGURES, ...NAMES] : FIGURES;
      this.#newBranch = false;
      for (const key of keys) void this.#queries.invalidateQueries({ queryKey: [key] });
    }, QUIET_MS);
  }
}
