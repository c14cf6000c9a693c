import {
  JOURNAL_FILE_CONTENT_TYPE,
  journalEntryDetail,
  journalEntryParams,
  journalEntryQuery,
  journalFileAnswer,
  MAX_JOURNAL_FILE_BYTES,
  MAX_UPLOAD_BYTES,
  NexusError,
  UPLOAD_CONTENT_TYPE,
  UPLOAD_HEADER,
  UPLOAD_SIGNATURE,
  uploadAnswer,
} from '@nexus/contracts';
import { bufferBody, defineRoute, seesBranch, visibleBranches, type Route } from '@nexus/service-kit';
import type { SyncDeps } from '../deps.ts';
import { importJournalFile } from './import-journal-file.ts';
import { readEntry } from './read-entry.ts';
import { receiveUpload } from './receive-upload.ts';

const IMPORT_TIMEOUT_MS = 10 * 60_000;

export const journalRoutes = (deps: SyncDeps): Route[] => [
  // No token: the signature says whose it is, so that identity may be away for as long as it likes.
  defineRoute({
    method: 'post',
    path: '/journal',
    summary: 'Upload a run of journal entries, signed by the terminal',
    access: 'signed',
    body: bufferBody([UPLOAD_CONTENT_TYPE], MAX_UPLOAD_BYTES),
    response: uploadAnswer,
    handler: async ({ body, request }) => {
      const header = request.get(UPLOAD_HEADER);
      const signature = request.get(UPLOAD_SIGNATURE);
      if (header === undefined || signature === undefined) throw new NexusError('SYN-1003');
      const { answer } = await receiveUpload(deps, { header, signature, body });
      return answer;
    },
  }),
  defineRoute({
    method: 'post',
    path: '/journal-files',
    summary: "Take a till's signed journal file",
    access: { permission: 'journal:import' },
    body: bufferBody([JOURNAL_FILE_CONTENT_TYPE], MAX_JOURNAL_FILE_BYTES),
    response: journalFileAnswer,
    limits: { timeoutMs: IMPORT_TIMEOUT_MS },
    handler: ({ ctx, body }) => importJournalFile(deps, ctx, body),
  }),
  defineRoute({
    method: 'get',
    path: '/entries/:id',
    summary: 'One entry as it is kept, with its signature and how far it was applied',
    access: { permission: 'journal:read' },
    params: journalEntryParams,
    query: journalEntryQuery,
    response: journalEntryDetail,
    handler: ({ ctx, claims, params, query }) =>
      deps.db.tx(ctx, (tx) =>
        readEntry(tx, { ...query, id: params.id }, (branch) =>
          branch === null ? visibleBranches(claims) === null : seesBranch(claims, branch),
        ),
      ),
  }),
];
