import { ERROR_CODES, NexusError, type ErrorCode, type ReplyWithLines, type RpcDefinition } from '@nexus/contracts';
import { ByteWriter } from '../byte-writer.ts';

const NEWLINE = 10;

/** What of an error crosses to the asker. */
interface Failure {
  readonly code: ErrorCode;
  readonly detail: string;
}

/** The answer as it travels: a line of JSON, then the lines that a question carries, a newline between two. */
export function answerBytes(definition: RpcDefinition, { reply, lines }: ReplyWithLines<unknown>): Buffer {
  const bytes = new ByteWriter();
  bytes.write(`{"ok":${JSON.stringify(reply)}}`);
  // One by one: joined, a megabyte of text would be made twice before it is sent.
  if (definition.carriesLines === true) for (const line of lines) bytes.write(`\n${line}`);
  return bytes.whole();
}

export const failureText = (error: NexusError): string => {
  const failure: Failure = { code: error.code, detail: error.message };
  return JSON.stringify({ error: failure });
};

/** Reads an answer; throws the other side's error as the NexusError that it was. */
export function readAnswer(definition: RpcDefinition, whole: Uint8Array): ReplyWithLines<unknown> {
  const bytes = Buffer.from(whole.buffer, whole.byteOffset, whole.length);
  // A line of JSON has no newline in it: the first one ends the reply.
  const end = definition.carriesLines === true ? bytes.indexOf(NEWLINE) : -1;
  const answer = parsed(bytes.toString('utf8', 0, end === -1 ? bytes.length : end)) as {
    ok?: unknown;
    error?: Failure;
  };
  if (answer.error !== undefined) {
    throw new NexusError(answer.error.code in ERROR_CODES ? answer.error.code : 'NX-1000', answer.error.detail);
  }
  return { reply: answer.ok, lines: end === -1 ? [] : linesFrom(bytes, end + 1) };
}

function linesFrom(bytes: Buffer, begin: number): string[] {
  const lines: string[] = [];
  for (let at = begin; ;) {
    const end = bytes.indexOf(NEWLINE, at);
    lines.push(bytes.toString('utf8', at, end === -1 ? bytes.length : end));
    if (end === -1) return lines;
    at = end + 1;
  }
}

/** JSON, or NX-1008. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new NexusError('NX-1008', undefined, { cause: error });
  }
}
