import type { BranchFacts, Permission, StaffRow, TerminalFacts } from '@nexus/contracts';
import { createQuery } from '@tanstack/svelte-query';
import { createContext } from 'svelte';
import type { Ready } from '../auth/session.svelte.ts';
import { zoneOfOffset } from '../format/time.ts';
import { t } from '../i18n/index.ts';

const FRESH_MS = 5 * 60_000;

/** Names and zones behind the ids that other lists carry: branches, terminals, staff. As much as the person may read. */
export class Directory {
  readonly #branches;
  readonly #terminals;
  readonly #staff;
  readonly tenant: Ready['tenant'];
  branches: readonly BranchFacts[] = $derived.by(() => this.#branches.data ?? []);
  terminals: readonly TerminalFacts[] = $derived.by(() => this.#terminals.data ?? []);
  #branchById = $derived(new Map(this.branches.map((branch) => [branch.id, branch])));
  #terminalById = $derived(new Map(this.terminals.map((terminal) => [terminal.id, terminal])));
  #staffByRef = $derived.by(() => {
    const byRef = new Map<string, StaffRow>();
    for (const row of this.#staff.data ?? []) {
      byRef.set(row.id, row).set(row.code, row);
      if (row.subject !== null) byRef.set(row.subject, row);
    }
    return byRef;
  });

  /** To be made while a component is set up: its questions live as long as that component. */
  constructor({ api, me, tenant }: Ready) {
    this.tenant = tenant;
    const may = (permission: Permission) => me.permissions.includes(permission);
    const ask = <T>(name: string, permission: Permission, question: (signal: AbortSignal) => Promise<T>) =>
      createQuery(() => ({
        queryKey: [name],
        queryFn: ({ signal }) => question(signal),
        enabled: may(permission),
        staleTime: FRESH_MS,
      }));
    this.#branches = ask('branches', 'chain:read', api.branches);
    this.#terminals = ask('terminals', 'terminals:read', api.terminals);
    this.#staff = ask('staff', 'staff:read', api.staff);
  }

  get loadingBranches(): boolean {
    return this.#branches.isLoading;
  }

  branch(id: string | null | undefined): BranchFacts | undefined {
    return id ? this.#branchById.get(id) : undefined;
  }

  branchName(id: string | null | undefined): string {
    return this.branch(id)?.name ?? (this.loadingBranches ? '…' : t.branch.unknown);
  }

  /** A terminal whose name may not be read is known by the end of its id, which is where UUIDs differ. */
  terminalName(id: string): string {
    return this.#terminalById.get(id)?.name ?? `…${id.slice(-6)}`;
  }

  /** Cashiers are in entries by id or by code; who settled something is known by the subject of their token. */
  staffName(reference: string | null): string | null {
    return reference === null ? null : (this.#staffByRef.get(reference)?.name ?? reference);
  }

  /** Zone to show a branch's times in; without the branch, the offset that the entry carries. */
  zoneOf(branch: string | null, utcOffset?: number): string {
    const fallback = utcOffset === undefined ? (this.branches[0]?.zone ?? 'UTC') : zoneOfOffset(utcOffset);
    return this.branch(branch)?.zone ?? fallback;
  }
}

export const [directory, provideDirectory] = createContext<Directory>();
