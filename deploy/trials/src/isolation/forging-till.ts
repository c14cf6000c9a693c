import { createHash, generateKeyPairSync, randomUUIDv7, sign } from 'node:crypto';
import {
  enrolmentProofText,
  enrolTerminalAnswer,
  pageOf,
  branchFacts,
  terminalFacts,
  UPLOAD_CONTENT_TYPE,
  UPLOAD_HEADER,
  UPLOAD_SIGNATURE,
  uploadAnswer,
  type EnrolTerminalRequest,
  type newTerminal,
} from '@nexus/contracts';
import { enrolmentCode, type TenantSession } from '@nexus/cli';
import { encodeUploadHeader, ZERO_HASH } from '@nexus/journal';
import type { z } from 'zod';

const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A terminal of a chain whose owner has changed its program: properly enrolled, and signing whatever it likes. */
export interface ForgingTill {
  readonly terminal: string;
  /** Writes these entries as its journal and delivers them; returns how many are stored. */
  readonly deliver: (entries: readonly Readonly<Record<string, unknown>>[]) => Promise<number>;
}

export async function forgingTill(origin: string, { api }: TenantSession): Promise<ForgingTill> {
  const { items } = await api.call({ path: '/api/identity/branches', response: pageOf(branchFacts) });
  const body: z.input<typeof newTerminal> = { name: 'Forger', branch: items[0]?.id ?? '' };
  const facts = await api.call({ method: 'POST', path: '/api/identity/terminals', body, response: terminalFacts });
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signed = (bytes: Uint8Array): string =>
    sign('sha256', bytes, { key: pair.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
  const spki = pair.publicKey.export({ format: 'der', type: 'spki' });
  const publicKey = spki.toString('base64url');
  const chain = randomUUIDv7();
  const code = await enrolmentCode(api, facts.id);
  const signature = signed(Buffer.from(enrolmentProofText(code, publicKey, chain)));
  const enrolment: EnrolTerminalRequest = { code, publicKey, chain, signature };
  await api.call({
    method: 'POST',
    path: '/api/identity/terminals/enrol',
    body: enrolment,
    response: enrolTerminalAnswer,
  });
  const terminal = facts.id;
  return {
    terminal,
    deliver: async (entries) => {
      const { lines, head } = journalOf(terminal, chain, entries);
      const content = Buffer.from(lines.map((line) => `${line}\n`).join(''));
      const header = encodeUploadHeader({
        ...{ v: 1, key: sha256(spki), terminal, chain, first: 1, count: lines.length, body: sha256(content) },
        ...{ last: head, head: { seq: lines.length, hash: head }, at: Date.now() },
        unsent: { count: lines.length, gross: 0, cur: 'GHS' },
      });
      const answer = await fetch(`${origin}/api/sync/journal`, {
        method: 'POST',
        headers: {
          'content-type': UPLOAD_CONTENT_TYPE,
          [UPLOAD_HEADER]: Buffer.from(header).toString('base64url'),
          [UPLOAD_SIGNATURE]: signed(header),
        },
        body: content,
      });
      return uploadAnswer.parse(await answer.json()).through.seq;
    },
  };
}

function journalOf(terminal: string, chain: string, entries: readonly Readonly<Record<string, unknown>>[]) {
  const lines: string[] = [];
  let head = ZERO_HASH;
  for (const [index, entry] of entries.entries()) {
    const line = JSON.stringify({ ...entry, t: terminal, c: chain, s: index + 1, p: head });
    lines.push(line);
    head = sha256(line);
  }
  return { lines, head };
}
