import { createContext } from 'svelte';
import type { Directory } from './directory.svelte.ts';

/** The branch that every page is about, or all of them. Kept for this tab, apart for each chain. */
export class BranchChoice {
  readonly #key: string;
  readonly #directory: Directory;
  #stored = $state<string | null>(null);
  /** Null: every branch the person may see. A branch that is gone counts as none chosen. */
  id: string | null = $derived.by(() => {
    const known = this.#directory.loadingBranches || this.#directory.branch(this.#stored) !== undefined;
    return known ? this.#stored : null;
  });

  constructor(directory: Directory) {
    this.#directory = directory;
    this.#key = `nexus.branch.${directory.tenant.id}`;
    this.#stored = sessionStorage.getItem(this.#key);
  }

  choose(id: string | null): void {
    this.#stored = id;
    if (id === null) sessionStorage.removeItem(this.#key);
    else sessionStorage.setItem(this.#key, id);
  }
}

export const [branchChoice, provideBranchChoice] = createContext<BranchChoice>();
