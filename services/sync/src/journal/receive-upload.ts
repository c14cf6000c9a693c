import { NexusError } from '@nexus/contracts';
import type { SyncDeps } from '../deps.ts';
import { storeUpload, type StoredUpload } from './store-upload.ts';
import { checkSigned, claimOf, openUpload, type RawUpload } from './verify-upload.ts';

export interface ReceiveOptions {
  readonly byFile?: boolean;
  /** Only for this tenant's terminals: a journal file is brought by a person of one chain. */
  readonly tenantId?: string;
}

/**
 * Takes an upload: who signed it, whether the signature holds, and then into the journal in one transaction. Needs
 * PostgreSQL alone; identity is asked only for a key never seen here. Resolves after the commit.
 */
export async function receiveUpload(
  deps: SyncDeps,
  raw: RawUpload,
  options: ReceiveOptions = {},
): Promise<StoredUpload> {
  const claimed = claimOf(raw);
  const owner = await deps.keys.owner(claimed.keyId);
  if (options.tenantId !== undefined && options.tenantId !== owner.tenantId) throw new NexusError('SYN-1003');
  const upload = checkSigned(claimed, owner.key);
  if (upload.header.terminal !== owner.terminal)
    throw new NexusError('SYN-1003', 'The key belongs to another terminal');
  const byFile = options.byFile ?? false;
  // Taken apart when its turn has come: hundreds of open uploads that wait for a connection are what a collector goes through.
  const stored = await deps.db.tx({ tenantId: owner.tenantId }, (tx) =>
    storeUpload(tx, openUpload(upload), owner, { nowMs: deps.now(), byFile }),
  );
  deps.reported?.(owner.tenantId);
  const news = stored.numbered + stored.waiting;
  if (news > 0) {
    deps.replay.note({
      tenantId: owner.tenantId,
      terminalId: owner.terminal,
      entries: news,
      moreComing: upload.header.unsent.count > upload.header.count,
    });
  }
  return stored;
}
