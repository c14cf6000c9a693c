import { ERROR_CODES, NexusError, type ErrorCode, type ReplyWithLines, type RpcDefinition } from '@nexus/contracts';

/** What of an error crosses to the asker. */
interface Failure {
  readonly code: ErrorCode;
  readonly detail: string;
}

/** The answer as it travels: a line of JSON, then the lines that a question carries, a newline between two. */
export function answerText(definition: RpcDefinition, { reply, lines }: ReplyWithLines<unknown>): string {
  const first = `{"ok":${JSON.stringify(reply)}}`;
  return definition.carriesLines === true && lines.length > 0 ? `${first}\n${lines.join('\n')}` : first;
}

export const failureText = (error: NexusError): string => {
  const failure: Failure = { code: error.code, detail: error.message };
  return JSON.stringify({ error: failure });
};

/** Reads an answer; throws the other side's error as the NexusError that it was. */
export function readAnswer(definition: RpcDefinition, whole: string): ReplyWithLines<unknown> {
  // A line of JSON has no newline in it: the first one ends the reply.
  const end = definition.carriesLines === true ? whole.indexOf('\n') : -1;
  const answer = parsed(end === -1 ? whole : whole.slice(0, end)) as { ok?: unknown; error?: Failure };
  if (answer.error !== undefined) {
    throw new NexusError(answer.error.code in ERROR_CODES ? answer.error.code : 'NX-1000', answer.error.detail);
  }
  return { reply: answer.ok, lines: end === -1 ? [] : whole.slice(end + 1).split('\n') };
}

/** JSON, or NX-1008. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new NexusError('NX-1008', undefined, { cause: error });
  }
}
