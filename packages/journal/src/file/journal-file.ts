import { frameLines, joinLines, type FrameLimits } from '../upload/framing.ts';
import type { SignedUpload } from '../upload/upload-header.ts';

/*
 * A journal file carries uploads where no network does: NDJSON whose first line names the terminal, then each upload as
 * one frame line (header and signature as base64url, number of lines) followed by just its lines. Whoever reads it
 * checks each upload as if it had come by network.
 */

export const JOURNAL_FILE_FORMAT = 'nexus-journal-file';

export interface JournalFileHeader {
  readonly format: typeof JOURNAL_FILE_FORMAT;
  readonly v: 1;
  readonly terminal: string;
  readonly chain: string;
  readonly uploads: number;
}

export class JournalFileError extends Error {
  override readonly name = 'JournalFileError';
}

/** The file in pieces, one for its header and one for each upload. */
export function* encodeJournalFile(
  header: Omit<JournalFileHeader, 'format' | 'v'>,
  uploads: Iterable<SignedUpload>,
): Generator<Uint8Array<ArrayBuffer>> {
  yield encodeFileHeader(header);
  for (const upload of uploads) yield encodeFileUpload(upload);
}

export const encodeFileHeader = (header: Omit<JournalFileHeader, 'format' | 'v'>): Uint8Array<ArrayBuffer> =>
  joinLines([JSON.stringify({ format: JOURNAL_FILE_FORMAT, v: 1, ...header })]);

export const encodeFileUpload = (upload: SignedUpload): Uint8Array<ArrayBuffer> => {
  const count = upload.body.reduce((lines, byte) => (byte === 10 ? lines + 1 : lines), 0);
  const frame = joinLines([JSON.stringify({ header: upload.header, signature: upload.signature, count })]);
  const piece = new Uint8Array(frame.length + upload.body.length);
  piece.set(frame);
  piece.set(upload.body, frame.length);
  return piece;
};

/**
 * Reads a journal file. Throws `JournalFileError` where its framing is broken or a limit of one upload is passed; what
 * the lines hold is not looked at.
 */
export const readJournalFile = (
  file: Uint8Array<ArrayBuffer>,
  limits: FrameLimits,
): { readonly header: JournalFileHeader; readonly uploads: Generator<SignedUpload> } => {
  const first = lineAt(file, 0);
  const header = parseObject(first.text) as Partial<JournalFileHeader>;
  if (header.format !== JOURNAL_FILE_FORMAT || header.v !== 1) throw new JournalFileError('this is no journal file');
  if (typeof header.terminal !== 'string' || typeof header.chain !== 'string' || !isCount(header.uploads)) {
    throw new JournalFileError('the header of the journal file is not complete');
  }
  return { header: header as JournalFileHeader, uploads: readUploads(file, first.next, header.uploads, limits) };
};

function* readUploads(
  file: Uint8Array<ArrayBuffer>,
  start: number,
  uploads: number,
  limits: FrameLimits,
): Generator<SignedUpload> {
  let at = start;
  for (let upload = 0; upload < uploads; upload++) {
    const frame = lineAt(file, at);
    const { header, signature, count } = parseObject(frame.text);
    if (typeof header !== 'string' || typeof signature !== 'string' || !isCount(count) || count > limits.maxLines) {
      throw new JournalFileError(`the frame of upload ${upload + 1} is not valid`);
    }
    const body = takeLines(file, frame.next, count);
    if (!frameLines(body, limits).ok) throw new JournalFileError(`upload ${upload + 1} is too large`);
    yield { header, signature, body };
    at = frame.next + body.length;
  }
  if (at !== file.length) throw new JournalFileError('there is more in the file than it says');
}

const takeLines = (file: Uint8Array<ArrayBuffer>, start: number, count: number): Uint8Array<ArrayBuffer> => {
  let end = start;
  for (let line = 0; line < count; line++) {
    const newline = file.indexOf(10, end);
    if (newline < 0) throw new JournalFileError('the journal file is cut off');
    end = newline + 1;
  }
  return file.subarray(start, end);
};

const lineAt = (file: Uint8Array, start: number): { readonly text: string; readonly next: number } => {
  const end = file.indexOf(10, start);
  if (end < 0) throw new JournalFileError('the journal file is cut off');
  return { text: new TextDecoder().decode(file.subarray(start, end)), next: end + 1 };
};

const parseObject = (text: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new JournalFileError('a frame of the journal file is not JSON');
};

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
