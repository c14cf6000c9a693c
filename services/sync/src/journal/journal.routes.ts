import {
  MAX_UPLOAD_BYTES,
  NexusError,
  UPLOAD_CONTENT_TYPE,
  UPLOAD_HEADER,
  UPLOAD_SIGNATURE,
  uploadAnswer,
} from '@nexus/contracts';
import { bufferBody, defineRoute, type Route } from '@nexus/service-kit';
import type { SyncDeps } from '../deps.ts';
import { receiveUpload } from './receive-upload.ts';

/** What a till sends. It carries no token: the signature says whose it is. */
export const journalRoutes = (deps: SyncDeps): Route[] => [
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
];
