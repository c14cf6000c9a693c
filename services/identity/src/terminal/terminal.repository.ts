import { NexusError, terminalChanged, type TerminalFacts } from '@nexus/contracts';
import { appendEvent } from '@nexus/messaging';
import type { TenancyDb, TenantTx } from '@nexus/tenancy-db';
import { In, MoreThan } from 'typeorm';
import { branchEntity } from '../branch/branch.entity.ts';
import { terminalEntity, type Terminal } from './terminal.entity.ts';

const terminals = (tx: TenantTx) => tx.manager.getRepository(terminalEntity);

/** In order of creation, after an index; `visible` null means those of every branch. */
export const listTerminals = (
  tx: TenantTx,
  visible: readonly string[] | null,
  limit: number,
  after?: number,
): Promise<Terminal[]> =>
  terminals(tx).find({
    where: {
      ...(visible === null ? {} : { branch: In([...visible]) }),
      ...(after === undefined ? {} : { index: MoreThan(after) }),
    },
    order: { index: 'ASC' },
    take: limit,
  });

/** NX-1002 where there is none, or none in a branch that is visible. */
export async function terminalById(tx: TenantTx, id: string, visible: readonly string[] | null): Promise<Terminal> {
  const found = await terminals(tx).findOneBy({ id });
  if (found === null || (visible !== null && !visible.includes(found.branch)))
    throw new NexusError('NX-1002', 'No such terminal');
  return found;
}

/** The same, and nobody else changes it until this transaction ends. */
export async function lockTerminal(tx: TenantTx, id: string, visible: readonly string[] | null): Promise<Terminal> {
  await tx.query('SELECT 1 FROM terminal WHERE id = $1 FOR UPDATE', [id]);
  return terminalById(tx, id, visible);
}

/** The index that the next terminal gets. Others that make one wait until this transaction ends. */
export async function nextTerminalIndex(tx: TenantTx): Promise<number> {
  await tx.query('LOCK TABLE terminal IN SHARE ROW EXCLUSIVE MODE');
  return ((await terminals(tx).maximum('index')) ?? -1) + 1;
}

export async function terminalFactsOf(tx: TenantTx, rows: readonly Terminal[]): Promise<TerminalFacts[]> {
  const ids = [...new Set(rows.map((row) => row.branch))];
  const places = await tx.manager.getRepository(branchEntity).findBy({ id: In(ids) });
  const legalEntities = new Map(places.map((place) => [place.id, place.legalEntity]));
  return rows.map((row) => ({
    id: row.id,
    index: row.index,
    name: row.name,
    branch: row.branch,
    legalEntity: legalEntities.get(row.branch) ?? '',
    keyId: row.keyId,
    publicKey: row.publicKey,
    chain: row.chain,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  }));
}

/** Writes the terminal and says so, in one transaction. */
export async function saveTerminal(db: TenancyDb, tx: TenantTx, terminal: Terminal): Promise<TerminalFacts> {
  await terminals(tx).upsert(terminal, ['id']);
  const [facts] = await terminalFactsOf(tx, [terminal]);
  if (facts === undefined) throw new NexusError('NX-1000');
  await appendEvent(db, tx, terminalChanged, facts);
  return facts;
}
