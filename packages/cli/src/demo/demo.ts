import { Readable } from 'node:stream';
import { tenantRow, type TenantRow } from '@nexus/contracts';
import { catalogueCsv, makeCatalogue, makeWeek, salesCsv } from '@nexus/demo-data';
import { deadlineIn } from '../bounded.ts';
import { CliError } from '../cli-error.ts';
import { importProducts } from '../commands/catalogue.ts';
import { createTenant, untilReady } from '../commands/tenant.ts';
import { httpAudits } from '../prove/audits.ts';
import type { Proof } from '../prove/proof.ts';
import { prove } from '../prove/prove.ts';
import { readSales, readSalesFile } from '../sales-file/read-sales-file.ts';
import type { SalesFile } from '../sales-file/sales-file.ts';
import { OperatorSession, type OperatorAccess, type TenantSession } from '../session/operator-session.ts';
import { simulate, type Simulation } from '../simulate/simulate.ts';
import { zoneFor } from '../simulate/zone-of-country.ts';
import { chooseChain, type Choice } from './choose-chain.ts';
import { nameOfSales, readDemoRecord, writeDemoRecord, type DemoRecord } from './demo-record.ts';

/** The chain that whoever starts Nexus for the first time finds. */
export const DEMO_CHAIN = {
  name: 'Kente Stores',
  slug: 'kente-stores',
  ownerName: 'Ama Mensah',
  ownerEmail: 'owner@kente-stores.example',
  currency: 'GHS',
  country: 'GH',
} as const;
const BRANCHES = 3;
const TERMINALS = 6;
const FIRST_DAY = '2026-11-02';
const TIMEOUT_MS = 3_600_000;

export interface DemoOptions {
  readonly access: OperatorAccess;
  /** A file of sales instead of the generated week. */
  readonly sales: string | undefined;
  readonly seed: number;
  readonly directory: string;
  readonly progress: (line: string) => void;
}

export interface Demo {
  readonly tenant: { readonly id: string; readonly slug: string; readonly name: string };
  readonly ownerEmail: string;
  /** Absent where the chain had sold before. */
  readonly simulation?: Simulation;
  readonly proof: Proof;
  /** What the file or the generated week comes to, by plain arithmetic, and whether the books say so. */
  readonly figures: DemoRecord['figures'];
  readonly inTheBooks: boolean;
}

/**
 * Signs the demo chain up, gives it a catalogue, lets six tills sell a busy week without a network, brings the network
 * back and proves what came of it. A chain that sold just that to the end is only proved again.
 */
export async function demo(options: DemoOptions): Promise<Demo> {
  const { access, progress, directory } = options;
  const session = new OperatorSession(access);
  const sold = await nameOfSales(options.sales, options.seed);
  const { slug, is } = await demoTenant(session, options, sold);
  const inside = await session.enter(slug);
  const { id, name } = inside.tenant;
  const before = is === 'sold' ? await readDemoRecord(directory, id) : undefined;
  let simulation: Simulation | undefined;
  if (before === undefined) {
    simulation = await sellOut(inside, options);
    await writeDemoRecord(directory, id, { sold, figures: simulation.sold });
  } else {
    progress(`${name} is there already and has sold all of it`);
  }
  progress('proving the books');
  const proof = await prove(httpAudits(inside.api), inside.tenant, deadlineIn(120_000));
  const figures = before?.figures ?? simulation?.sold;
  if (figures === undefined) throw new Error('a chain has sold before, or just now');
  return {
    tenant: { id, slug, name },
    ownerEmail: DEMO_CHAIN.ownerEmail,
    ...(simulation && { simulation }),
    proof,
    figures,
    // Whoever tried a till of their own meanwhile has sold more.
    inTheBooks: saysAtLeast(proof.totals, figures) && (simulation === undefined || saysAtLeast(figures, proof.totals)),
  };
}

const FIGURES = ['sales', 'refunds', 'saleLines', 'refundLines', 'grossSalesMinor', 'grossRefundsMinor'] as const;
type Figures = Readonly<Record<(typeof FIGURES)[number], number | null>>;

const saysAtLeast = (one: Figures, other: Figures): boolean =>
  FIGURES.every((figure) => (one[figure] ?? 0) >= (other[figure] ?? 0));

/** Catalogue, branches, tills, a week without a network, and the network back. */
async function sellOut(inside: TenantSession, options: DemoOptions): Promise<Simulation> {
  const { access, progress, directory, seed } = options;
  const products = makeCatalogue(seed);
  progress(`importing a catalogue of ${products.length} products`);
  const csv = new TextEncoder().encode([...catalogueCsv(products)].join(''));
  await importProducts(inside.api, () => csv);
  return simulate(inside, await salesOf(options, inside.tenant.currency), {
    branches: BRANCHES,
    terminals: TERMINALS,
    zone: zoneFor(inside.tenant.country, undefined),
    offline: true,
    duplicate: false,
    shuffle: false,
    seed,
    directory,
    origin: access.origin,
    timeoutMs: TIMEOUT_MS,
    progress,
  });
}

/** The chain that is to sell, or has sold, these sales; signed up where there is none. */
async function demoTenant(
  session: OperatorSession,
  { directory, progress }: DemoOptions,
  sales: string,
): Promise<Pick<Choice, 'slug' | 'is'>> {
  const choice = await chooseChain(DEMO_CHAIN.slug, sales, {
    find: (slug) => findTenant(session, slug),
    isEmpty: async (slug) => {
      const { branches, terminals } = await httpAudits((await session.enter(slug)).api).structure();
      return branches.length === 0 && terminals.length === 0;
    },
    soldBefore: async (tenantId) => (await readDemoRecord(directory, tenantId))?.sold,
  });
  const { slug, number, is } = choice;
  if (is === 'new') {
    const name = number === 1 ? DEMO_CHAIN.name : `${DEMO_CHAIN.name} ${number}`;
    if (number > 1) progress('the demo chain before sold something else, or was left half-way: it stays as it is');
    progress(`signing up ${name}`);
    await createTenant(session, { ...DEMO_CHAIN, name, slug });
  } else if (is === 'coming') {
    progress(`waiting until ${slug} is ready`);
    const tenant = await findTenant(session, slug);
    if (tenant !== undefined) await untilReady(session, tenant);
  }
  return choice;
}

async function findTenant(session: OperatorSession, slug: string): Promise<TenantRow | undefined> {
  try {
    return await session.api.call({ path: `/api/identity/tenants/${slug}`, response: tenantRow });
  } catch (error) {
    if (error instanceof CliError && error.problem?.['status'] === 404) return undefined;
    throw error;
  }
}

function salesOf(options: DemoOptions, currency: string): Promise<SalesFile> {
  if (options.sales !== undefined) return readSalesFile(options.sales, currency);
  const products = makeCatalogue(options.seed);
  return readSales(Readable.from(salesCsv(makeWeek({ seed: options.seed, products, firstDay: FIRST_DAY }))), currency);
}
