import type { SyncDeps } from '../deps.ts';
import { receiveUpload } from '../journal/receive-upload.ts';
import type { TestTill } from './test-till.ts';

/**
 * What a till does with a network: sends on from what it was last told, and from where the server says after that. An
 * answer that names a line which is not its own is about another side of a fork: then it begins again from the start.
 */
export async function push(deps: SyncDeps, till: TestTill, size = 100): Promise<void> {
  let mine = till.acked?.seq ?? 0;
  for (let tries = 0; tries < 1_000; tries += 1) {
    const to = Math.min(mine + size, till.lines.length);
    const { answer } = await receiveUpload(deps, till.upload(mine + 1, to));
    const { seq, hash } = answer.through;
    const isOwn = seq === 0 || till.lines[seq - 1]?.hash === hash;
    if (isOwn) mine = seq;
    else mine = answer.resendFrom === undefined ? to : 0;
    till.acked = { epoch: answer.epoch, seq: mine };
    if (mine === till.lines.length) return;
  }
  throw new Error('the till never got everything acknowledged');
}
