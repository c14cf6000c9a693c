import type { EventEnvelope } from '@nexus/contracts';
import type { TenancyDb, TenantTx } from '@nexus/tenancy-db';
import { numberPending, readAfter, readHead } from './event-log.ts';
import { openEvent } from './event-message.ts';

const PAGE = 100;
const PAGE_BYTES = 4 * 1024 * 1024;

/**
 * The service's own log from its first event, in order, complete: whatever has committed is numbered first and nothing
 * can be numbered meanwhile. The data is what this service wrote, so it is not validated again.
 */
export async function* readLog(db: TenancyDb, tx: TenantTx): AsyncGenerator<EventEnvelope> {
  let head = await readHead(tx, true);
  for (let numbered = await numberPending(tx, head); numbered.position > head.position;) {
    head = numbered;
    numbered = await numberPending(tx, head);
  }
  for (let after = 0; after < head.position;) {
    const page = await readAfter(tx, db.service, head.epoch, after, PAGE, PAGE_BYTES);
    if (page.length === 0) throw new Error(`the event log ends at ${after} before its head ${head.position}`);
    for (const event of page) yield openEvent(event);
    after = page.at(-1)?.envelope.position ?? head.position;
  }
}
