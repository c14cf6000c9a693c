import { Readable } from 'node:stream';
import { tenantRow } from '@nexus/contracts';
import { catalogueCsv, makeCatalogue, makeWeek, salesCsv } from '@nexus/demo-data';
import { deadlineIn } from '../bounded.ts';
import { CliError } from '../cli-error.ts';
import { importProducts } from '../commands/catalogue.ts';
import { createTenant } from '../commands/tenant.ts';
import { httpAudits } from '../prove/audits.ts';
import type { Proof } from '../prove/proof.ts';
import { prove } from '../prove/prove.ts';
import { readSales, readSalesFile } from '../sales-file/read-sales-file.ts';
import type { SalesFile } from '../sales-file/sales-file.ts';
import { OperatorSession, type OperatorAccess } from '../session/operator-session.ts';
import { simulate, type Simulation } from '../simulate/simulate.ts';
import { zoneFor } from '../simulate/zone-of-country.ts';

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
}

/**
 * Signs the demo chain up, gives it a catalogue, lets six tills sell a busy week without a network, brings the network
 * back and proves what came of it. A chain that is there already is only proved again.
 */
export async function demo(options: DemoOptions): Promise<Demo> {
  const { access, progress } = options;
  const session = new OperatorSession(access);
  const slug = await demoTenant(session, progress);
  const inside = await session.enter(slug);
  const audits = httpAudits(inside.api);
  const structure = await audits.structure();
  const isNew = structure.terminals.length === 0;
  let simulation: Simulation | undefined;
  if (isNew) {
    const products = makeCatalogue(options.seed);
    progress(`importing a catalogue of ${products.length} products`);
    const csv = new TextEncoder().encode([...catalogueCsv(products)].join(''));
    await importProducts(inside.api, () => csv);
    const file = await salesOf(options, inside.tenant.currency);
    simulation = await simulate(inside, file, {
      branches: BRANCHES,
      terminals: TERMINALS,
      zone: zoneFor(inside.tenant.country, undefined),
      offline: true,
      duplicate: false,
      shuffle: false,
      seed: options.seed,
      directory: options.directory,
      origin: access.origin,
      timeoutMs: TIMEOUT_MS,
      progress,
    });
  } else {
    progress(`${inside.tenant.name} is there already, with ${structure.terminals.length} terminals`);
  }
  progress('proving the books');
  const proof = await prove(audits, inside.tenant, deadlineIn(120_000));
  const { id, name } = inside.tenant;
  return { tenant: { id, slug, name }, ownerEmail: DEMO_CHAIN.ownerEmail, ...(simulation && { simulation }), proof };
}

async function demoTenant(session: OperatorSession, progress: (line: string) => void): Promise<string> {
  const known = await session.api
    .call({ path: `/api/identity/tenants/${DEMO_CHAIN.slug}`, response: tenantRow })
    .catch((error: unknown) => {
      if (error instanceof CliError && error.problem?.['status'] === 404) return undefined;
      throw error;
    });
  if (known?.state === 'ready') return known.slug;
  progress(`signing up ${DEMO_CHAIN.name}`);
  return (await createTenant(session, DEMO_CHAIN)).slug;
}

function salesOf(options: DemoOptions, currency: string): Promise<SalesFile> {
  if (options.sales !== undefined) return readSalesFile(options.sales, currency);
  const products = makeCatalogue(options.seed);
  return readSales(Readable.from(salesCsv(makeWeek({ seed: options.seed, products, firstDay: FIRST_DAY }))), currency);
}
