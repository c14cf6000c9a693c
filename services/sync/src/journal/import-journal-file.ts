import {
  MAX_ENTRY_BYTES,
  MAX_UPLOAD_BYTES,
  MAX_UPLOAD_ENTRIES,
  NexusError,
  uuid,
  type JournalFileAnswer,
} from '@nexus/contracts';
import { JournalFileError, readJournalFile } from '@nexus/journal';
import type { TenantContext } from '@nexus/tenancy-db';
import type { SyncDeps } from '../deps.ts';
import { receiveUpload } from './receive-upload.ts';

const LIMITS = { maxBytes: MAX_UPLOAD_BYTES, maxLines: MAX_UPLOAD_ENTRIES, maxLineBytes: MAX_ENTRY_BYTES };

/**
 * Takes a journal file, upload by upload, each verified by its own signature as if it had come by network. What came in
 * before a bad upload stays: sending the mended file again changes nothing there. SYN-1002 for a file that is no journal
 * file, SYN-1003 for an upload that no terminal of this chain has signed.
 */
export async function importJournalFile(deps: SyncDeps, ctx: TenantContext, bytes: Buffer): Promise<JournalFileAnswer> {
  try {
    const file = readJournalFile(new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length), LIMITS);
    if (!uuid.safeParse(file.header.terminal).success) throw new JournalFileError('the terminal is no id');
    let answer: JournalFileAnswer = {
      terminal: file.header.terminal,
      uploads: 0,
      entries: 0,
      duplicates: 0,
      through: null,
    };
    for (const { header, signature, body } of file.uploads) {
      const raw = { header, signature, body: Buffer.from(body.buffer, body.byteOffset, body.length) };
      const stored = await receiveUpload(deps, raw, { byFile: true, tenantId: ctx.tenantId });
      answer = {
        terminal: answer.terminal,
        uploads: answer.uploads + 1,
        entries: answer.entries + stored.answer.stored.count,
        duplicates: answer.duplicates + stored.duplicates,
        through: stored.answer.through,
      };
    }
    return answer;
  } catch (error) {
    if (error instanceof JournalFileError) throw new NexusError('SYN-1002', error.message, { cause: error });
    throw error;
  }
}
