import { auditEventLog, readEvents, readHeads, type AuditFinding, type ServiceName } from '@nexus/contracts';
import type { TenancyDb, TenantTx } from '@nexus/tenancy-db';
import { rpcHandler, type RpcHandler } from '../rpc/handler.ts';
import { openEvent } from './event-message.ts';
import { eventAt, numberPending, openEpoch, readAfter, readHead, type Head } from './event-log.ts';

const READ_BYTES = 900_000;
const HEADS_PAGE = 5_000;

/**
 * What every service with an event log answers about it: `events`, `heads`, `audit-event-log`. `followed` are the
 * services whose events this one consumes: an audit names each, also where nothing of it has arrived yet.
 */
export function eventLogRpc(
  db: TenancyDb,
  poke: (tenantId: string) => void,
  followed: readonly ServiceName[] = [],
): RpcHandler[] {
  const { service } = db;
  return [
    rpcHandler(readEvents(service), (ctx, request) =>
      db.tx(ctx, async (tx) => {
        let head = await numberPending(tx, await readHead(tx, true));
        let restart = request.epoch !== 0 && request.epoch !== head.epoch;
        if (!restart && request.epoch !== 0 && (await isStranger(tx, head, request.after, request.afterEvent))) {
          head = await openEpoch(tx);
          restart = true;
          tx.afterCommit(() => poke(ctx.tenantId));
        }
        const after = restart || request.epoch === 0 ? 0 : request.after;
        const events = await readAfter(tx, service, head.epoch, after, request.limit, READ_BYTES);
        return {
          epoch: head.epoch,
          restart,
          head: head.position,
          events: events.map(openEvent),
        };
      }),
    ),
    rpcHandler(readHeads(service), (_ctx, request) =>
      db.shared(async (tx) => {
        const rows = await tx.query<{ tenant_id: string; epoch: number; position: string; event_id: string | null }>(
          `SELECT tenant_id, epoch, position, event_id FROM recent_head
           WHERE ($1 = 0 OR changed_at > now() - make_interval(secs => $1)) AND ($2::uuid IS NULL OR tenant_id > $2)
           ORDER BY tenant_id LIMIT ${HEADS_PAGE}`,
          [request.withinSeconds, request.after ?? null],
        );
        const heads = rows.map((row) => ({
          tenant: row.tenant_id,
          epoch: row.epoch,
          position: Number(row.position),
          event: row.event_id,
        }));
        const next = rows.length === HEADS_PAGE ? rows.at(-1)?.tenant_id : undefined;
        return next === undefined ? { heads } : { heads, next };
      }),
    ),
    rpcHandler(auditEventLog(service), (ctx) =>
      db.tx(ctx, (tx) => auditLog(tx, followed), { isolation: 'REPEATABLE READ' }),
    ),
  ];
}

/** True when the asker knows a log that this one is not: it is further, or has another event at its place. */
async function isStranger(tx: TenantTx, head: Head, after: number, afterEvent: string | undefined): Promise<boolean> {
  if (after === 0) return false;
  if (after > head.position) return true;
  return afterEvent !== undefined && (await eventAt(tx, after)) !== afterEvent;
}

async function auditLog(tx: TenantTx, followed: readonly ServiceName[]) {
  const head = await readHead(tx);
  const [counts] = await tx.query<{
    positions: string;
    last: string | null;
    pending: string;
    logged: string;
    failed: string;
  }>(
    `SELECT (SELECT count(*) FROM event_position) AS positions, (SELECT max(position) FROM event_position) AS last,
       (SELECT count(*) FROM event_pending) AS pending, (SELECT count(*) FROM event_log) AS logged,
       (SELECT count(*) FROM failed_message) AS failed`,
  );
  // A cursor is stored with the first event; until then its consumer stands before all of them.
  const cursors = await tx.query<{ source: string; epoch: number; position: string; event_id: string | null }>(
    `SELECT source, coalesce(c.epoch, 0) AS epoch, coalesce(c.position, 0) AS position, c.event_id
     FROM unnest($1::text[]) AS followed (source) FULL JOIN consumer_cursor c USING (source) ORDER BY source`,
    [followed],
  );
  const positions = Number(counts?.positions ?? 0);
  const pending = Number(counts?.pending ?? 0);
  const findings: AuditFinding[] = [
    {
      name: 'event-log-positions-dense',
      holds: positions === head.position && Number(counts?.last ?? 0) === head.position,
      detail: `${positions} positions, head ${head.position}`,
    },
    {
      name: 'event-log-complete',
      holds: Number(counts?.logged ?? 0) === positions + pending,
      detail: `${counts?.logged ?? 0} events, ${positions} numbered, ${pending} pending`,
    },
  ];
  return {
    epoch: head.epoch,
    head: head.position,
    headEvent: head.event,
    pending,
    failedMessages: Number(counts?.failed ?? 0),
    cursors: cursors.map((cursor) => ({
      source: cursor.source,
      epoch: cursor.epoch,
      position: Number(cursor.position),
      event: cursor.event_id,
    })),
    findings,
  };
}
