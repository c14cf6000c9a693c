import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  enrolmentCode,
  httpAudits,
  importProducts,
  readConfig,
  runNexus,
  setUpChain,
  type Proof,
  type StaffedTerminal,
  type TenantSession,
  type TerminalProof,
} from '@nexus/cli';
import {
  exceptionPage,
  terminalJournalPage,
  transactionPage,
  type ExceptionRow,
  type TerminalJournalRow,
} from '@nexus/contracts';
import { waitFor } from '@nexus/testkit';
import type { z } from 'zod';
import { config } from '../config.ts';
import { trialPlatform } from '../platform.ts';
import { openShopTill, type ShopTill } from './shop-till.ts';

const PRODUCTS = 'code,description,price\nA,Apple,1.50\nB,Bread,4.25\nC,Cocoa,12.00\n';
const JOURNAL_PAGE = 200;

type Transaction = z.infer<typeof transactionPage>['items'][number];

/** A chain on the running platform for the scenarios of one file: each takes a terminal of its own. */
export interface Shop {
  readonly chain: TenantSession;
  readonly directory: string;
  /** Enrols the next terminal that no scenario has, on a device of its own, with the catalogue in it. */
  readonly newTill: (options?: { readonly entriesPerUpload?: number }) => Promise<ShopTill>;
  /** The same terminal on another device: a copy of the folder as it is now. The till must be closed. */
  readonly copyOf: (till: ShopTill, name: string) => Promise<ShopTill>;
  /** Runs the `nexus` command with `--json` and gives its result; throws what it says where it exits with another code. */
  readonly nexus: (args: readonly string[], code?: number) => Promise<unknown>;
  /** `nexus prove`, and this till's row of it. Throws unless every invariant holds. */
  readonly proofOf: (till: ShopTill) => Promise<TerminalProof>;
  readonly exceptionsOf: (service: 'sync' | 'sales', till: ShopTill) => Promise<ExceptionRow[]>;
  /** How far head office says that a till's journal has come in. */
  readonly journalOf: (till: ShopTill) => Promise<TerminalJournalRow>;
  /** Finished transactions of a till as head office lists them, the oldest first. */
  readonly transactionsOf: (till: ShopTill) => Promise<Transaction[]>;
  readonly close: () => Promise<void>;
}

/** Joins the platform of the trials and makes a chain with one branch and that many terminals on it. */
export async function openShop(name: string, terminals: number): Promise<Shop> {
  const platform = await trialPlatform();
  const chain = await platform.chain(name, { country: 'GH', currency: 'GHS' });
  const { api } = chain;
  await importProducts(api, () => new TextEncoder().encode(PRODUCTS));
  const structure = await httpAudits(api).structure();
  const staffed = await setUpChain(api, structure, { branches: 1, terminals, zone: 'Africa/Accra' });
  const directory = await mkdtemp(join(tmpdir(), 'nexus-shop-'));
  const opened: ShopTill[] = [];
  const open = async (terminal: StaffedTerminal, folder: string, entriesPerUpload?: number): Promise<ShopTill> => {
    const { origin } = platform.platform;
    const till = await openShopTill({ terminal, directory: folder, origin, entriesPerUpload });
    opened.push(till);
    return till;
  };

  return {
    chain,
    directory,
    nexus: runJson,
    newTill: async ({ entriesPerUpload } = {}) => {
      const terminal = staffed.shift();
      if (terminal === undefined) throw new Error('the shop has no terminal left');
      const till = await open(terminal, join(directory, terminal.facts.id), entriesPerUpload);
      await till.begin(await enrolmentCode(api, terminal.facts.id));
      return till;
    },
    copyOf: async (till, copy) => {
      const folder = join(directory, `${till.terminal.id}-${copy}`);
      await cp(till.directory, folder, { recursive: true });
      return open(till.staffed, folder, till.entriesPerUpload);
    },
    proofOf: async (till) => {
      const proof = (await runJson(['prove', '--tenant', chain.tenant.slug])) as Proof;
      const row = proof.terminals.find(({ id }) => id === till.terminal.id);
      if (row === undefined) throw new Error('the proof does not know the terminal');
      return row;
    },
    exceptionsOf: async (service, till) => {
      const page = await api.call({ path: `/api/${service}/exceptions?limit=200`, response: exceptionPage });
      return page.items.filter(({ terminal }) => terminal === till.terminal.id);
    },
    journalOf: async (till) => {
      const path = `/api/sync/terminals?limit=${JOURNAL_PAGE}`;
      const { items } = await api.call({ path, response: terminalJournalPage });
      const row = items.find(({ terminal }) => terminal === till.terminal.id);
      if (row === undefined) throw new Error('head office does not know the terminal');
      return row;
    },
    transactionsOf: async (till) => {
      const path = `/api/sales/transactions?limit=200&terminal=${till.terminal.id}`;
      const { items } = await api.call({ path, response: transactionPage });
      return items.reverse();
    },
    close: async () => {
      for (const till of opened) await till.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function runJson(args: readonly string[], expected = 0): Promise<unknown> {
  const said = { stdout: '', stderr: '' };
  const code = await runNexus([...args, '--json'], {
    config: readConfig({ ...process.env, NEXUS_STATE_DIR: config.stateDir }),
    streams: {
      stdout: (text) => void (said.stdout += text),
      stderr: (text) => void (said.stderr += text),
    },
  });
  if (code !== expected) throw new Error(`nexus ${args.join(' ')} exited with ${code}: ${said.stderr}${said.stdout}`);
  return JSON.parse(said.stdout) as unknown;
}

/** Waits until what a service takes over from the journal can be read there. */
export const appliedThrough = (shop: Shop, till: ShopTill, transactions: number): Promise<unknown> =>
  waitFor(async () => (await shop.transactionsOf(till)).length >= transactions, {
    what: `${transactions} transactions at head office`,
    timeoutMs: 60_000,
    intervalMs: 100,
  });
