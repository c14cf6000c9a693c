import { join } from 'node:path';
import { seededRandom } from '@nexus/demo-data';
import { deadlineIn, eachBounded, type Deadline } from '../bounded.ts';
import { httpAudits, type Audits } from '../prove/audits.ts';
import { expectedFigures, type ExpectedFigures } from '../sales-file/expected-figures.ts';
import type { SalesFile } from '../sales-file/sales-file.ts';
import type { TenantSession } from '../session/operator-session.ts';
import { DrivenTill } from './driven-till.ts';
import { importFileProducts } from './import-file-products.ts';
import { enrolmentCode, setUpChain, type StaffedTerminal } from './set-up-chain.ts';
import { planTills } from './till-plan.ts';
import { waitUntilApplied } from './wait-until-applied.ts';

export interface SimulateOptions {
  readonly branches: number;
  readonly terminals: number;
  readonly zone: string;
  /** Sell everything before the first upload. */
  readonly offline: boolean;
  /** Each upload three times at once. */
  readonly duplicate: boolean;
  /** Uploads out of order, drawn with the seed. */
  readonly shuffle: boolean;
  readonly seed: number;
  /** Folder for the tills' own folders. */
  readonly directory: string;
  readonly origin: string;
  /** How long all of it may take. */
  readonly timeoutMs: number;
  readonly progress: (line: string) => void;
}

export interface Simulation {
  readonly tenant: { readonly id: string; readonly slug: string };
  readonly currency: string;
  readonly branches: number;
  readonly terminals: number;
  readonly products: number;
  /** Entries that the tills wrote, and uploads that they sent, repeated ones counted. */
  readonly entries: number;
  readonly uploads: number;
  readonly sold: ExpectedFigures;
  readonly seconds: { readonly selling: number; readonly uploading: number; readonly applying: number };
}

/** Invoices of one till between two uploads where it is not offline. */
const INVOICES_ONLINE = 100;
const TILLS_AT_ONCE = 6;

/** Makes a chain and lets its tills sell a file; returns when all is acknowledged and applied. */
export async function simulate(session: TenantSession, file: SalesFile, options: SimulateOptions): Promise<Simulation> {
  const deadline = deadlineIn(options.timeoutMs);
  const { progress } = options;
  const { api, tenant } = session;
  const audits = httpAudits(api);

  progress(`making ${options.branches} branches, ${options.terminals} terminals and their staff`);
  const staffed = await setUpChain(api, await audits.structure(), options);
  progress(`importing ${file.products.length} products`);
  await importFileProducts(api, file, tenant.currency);
  const tills = await openTills(session, file, staffed, options, deadline);
  try {
    const seconds = await live(tills, audits, options, deadline);
    return {
      tenant: { id: tenant.id, slug: tenant.slug },
      currency: tenant.currency,
      branches: options.branches,
      terminals: options.terminals,
      products: file.products.length,
      entries: tills.reduce((sum, till) => sum + till.entries, 0),
      uploads: tills.reduce((sum, till) => sum + till.uploads, 0),
      sold: expectedFigures(file, options.branches, options.terminals).totals,
      seconds,
    };
  } finally {
    for (const till of tills) await till.close();
  }
}

async function openTills(
  { api, tenant }: TenantSession,
  file: SalesFile,
  staffed: readonly StaffedTerminal[],
  options: SimulateOptions,
  deadline: Deadline,
): Promise<DrivenTill[]> {
  const { branches, terminals, zone, origin, duplicate, progress } = options;
  progress(`enrolling ${terminals} tills; each loads its catalogue`);
  const plans = planTills(file, branches, terminals, zone);
  const random = seededRandom(options.seed);
  const disorder = { duplicate, shuffle: options.shuffle ? () => random.next() : undefined };
  return eachBounded(staffed, 2, async (terminal, index) => {
    const plan = plans[index];
    if (plan === undefined) throw new RangeError(`there is no plan for terminal ${index}`);
    const directory = join(options.directory, tenant.id, `terminal-${index}`);
    const till = await DrivenTill.open({ directory, origin, terminal, file, plan, disorder });
    try {
      await till.begin(await enrolmentCode(api, terminal.facts.id), deadline);
      return till;
    } catch (error) {
      await till.close();
      throw error;
    }
  });
}

/** The days of the file, and what comes after them. */
async function live(
  tills: readonly DrivenTill[],
  audits: Audits,
  options: SimulateOptions,
  deadline: Deadline,
): Promise<Simulation['seconds']> {
  const { progress } = options;
  const watch = stopwatch();
  for (const till of tills) await till.countOpening();
  await eachBounded(tills, options.offline ? 1 : TILLS_AT_ONCE, async (till) => {
    let unsent = 0;
    for (const shift of till.plan.shifts) {
      await till.work(shift);
      unsent += shift.invoices.length;
      if (options.offline || unsent < INVOICES_ONLINE) continue;
      await till.send(deadline);
      unsent = 0;
    }
    progress(`${till.terminal.facts.name} has sold its share: ${till.entries} entries`);
  });
  const selling = watch();
  progress(options.offline ? 'the network is back: uploading' : 'uploading what is left');
  await eachBounded(tills, TILLS_AT_ONCE, (till) => till.send(deadline));
  const uploading = watch();
  progress('everything is acknowledged; waiting until it is applied');
  const written = tills.map((till) => ({ terminal: till.terminal.facts.id, entries: till.entries }));
  await waitUntilApplied(audits, written, deadline);
  return { selling, uploading, applying: watch() };
}

/** Seconds since it was looked at before, to a tenth. */
function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const seconds = Math.round((now - last) / 100) / 10;
    last = now;
    return seconds;
  };
}
