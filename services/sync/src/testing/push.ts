import type { SyncDeps } from '../deps.ts';
import { receiveUpload } from '../journal/receive-upload.ts';
import type { TestTill } from './test-till.ts';

/** What a till does with a network: sends on from what it was last told, and from where the server says after that. */
export async function push(deps: SyncDeps, till: TestTill, size = 100): Promise<void> {
  let from = (till.acked?.seq ?? 0) + 1;
  for (let tries = 0; tries < 1_000; tries += 1) {
    const { answer } = await receiveUpload(deps, till.upload(from, Math.min(from + size - 1, till.lines.length)));
    till.acked = { epoch: answer.epoch, seq: answer.through.seq };
    if (answer.through.seq === till.lines.length) return;
    from = answer.through.seq + 1;
  }
  throw new Error('the till never got everything acknowledged');
}
