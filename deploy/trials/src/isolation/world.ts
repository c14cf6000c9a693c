import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TenantSession } from '@nexus/cli';
import { trialPlatform, type TrialPlatform } from '../platform.ts';
import { platformRoutes, type PlatformRoute } from '../routes.ts';
import { openTills, sellAndSend } from '../tills.ts';
import { ask } from './ask.ts';

/** Two chains side by side on one platform, and what one of them must never learn of the other. */
export interface World {
  readonly platform: TrialPlatform;
  readonly origin: string;
  readonly routes: readonly PlatformRoute[];
  readonly a: SellingChain;
  readonly b: SellingChain;
  /** Ids that only B has: none may ever be in an answer to A. */
  readonly secrets: ReadonlySet<string>;
  /** Ids that only A has. */
  readonly secretsOfA: ReadonlySet<string>;
  /** E-mail address of A's owner, who has nothing to do with B yet. */
  readonly ownerOfA: string;
  /** Of B's, some of every list: what A asks for. */
  readonly targets: readonly string[];
  /** Ids that B's lists show now. */
  readonly idsOfB: () => Promise<ReadonlySet<string>>;
  readonly close: () => Promise<void>;
}

/** A chain that sold offline and delivered everything. */
export interface SellingChain extends TenantSession {
  readonly sold: number;
}

const UUIDS = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const IDS_OF_A_LIST = 2;

export async function isolationWorld(mode: { readonly pooled: boolean }): Promise<World> {
  const platform = await trialPlatform(mode);
  const { origin } = platform.platform;
  const directory = await mkdtemp(join(tmpdir(), 'nexus-trial-'));
  const close = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    const routes = await platformRoutes(origin);
    // At the same time and of different sizes: what got mixed up shows in both proofs.
    const ownerOfA = `owner-${crypto.randomUUID()}@trial.test`;
    const [a, b] = await Promise.all([
      sellingChain(platform, directory, 4, { name: 'Isolation A', ownerEmail: ownerOfA }),
      sellingChain(platform, directory, 5, { name: 'Isolation B' }),
    ]);
    const seen = async (chain: TenantSession): Promise<string[][]> => idsSeenBy(origin, routes, chain);
    const ofA = new Set((await seen(a)).flat());
    const allOfB = await seen(b);
    const ofB = new Set(allOfB.flat());
    const listsOfB = allOfB.map((ids) => ids.filter((id) => !ofA.has(id)));
    return {
      ...{ platform, origin, routes, a, b, ownerOfA, close },
      secretsOfA: new Set([...[...ofA].filter((id) => !ofB.has(id)), a.tenant.id]),
      secrets: new Set([...listsOfB.flat(), b.tenant.id]),
      targets: [...new Set([...listsOfB.flatMap((ids) => ids.slice(0, IDS_OF_A_LIST)), b.tenant.id])],
      idsOfB: async () => new Set((await seen(b)).flat()),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A chain with structure, products, sales and stock, so that there is something of every kind to find. */
async function sellingChain(
  platform: TrialPlatform,
  directory: string,
  salesOfTill: number,
  { name, ownerEmail }: { readonly name: string; readonly ownerEmail?: string },
): Promise<SellingChain> {
  const where = { country: 'GH', currency: 'GHS' };
  const chain = await platform.chain(name, { ...where, ...(ownerEmail === undefined ? {} : { ownerEmail }) });
  const tills = await openTills(platform, chain, directory);
  try {
    const sold = await sellAndSend(tills, salesOfTill);
    await tills.sendUntilAcknowledged();
    return { ...chain, sold };
  } finally {
    await tills.close();
  }
}

const isList = (route: PlatformRoute): boolean =>
  route.method === 'GET' &&
  route.needsToken &&
  !route.streams &&
  !route.path.includes('{') &&
  route.parameters.every((p) => !p.required);

async function idsSeenBy(origin: string, routes: readonly PlatformRoute[], chain: TenantSession): Promise<string[][]> {
  const seen: string[][] = [];
  for (const route of routes.filter(isList)) {
    const { status, text } = await ask(origin, route, { token: await chain.api.bearer() });
    if (status === 200) seen.push(idsIn(text));
  }
  return seen;
}

export const idsIn = (text: string): string[] => text.match(UUIDS) ?? [];

/** What of B an answer to A gives away, apart from the id that A had asked for itself. */
export const leaks = ({ secrets }: Pick<World, 'secrets'>, text: string, asked: string): string[] =>
  idsIn(text).filter((id) => id !== asked && secrets.has(id));
