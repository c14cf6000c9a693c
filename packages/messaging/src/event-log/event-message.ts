import type { EventEnvelope } from '@nexus/contracts';
import { factsBytes, readFacts, type StoredFacts } from './facts.ts';

const NEWLINE = 10;

/** An event whose data is still as it is kept: it is read only by who needs it. */
export interface StoredEvent {
  readonly envelope: Omit<EventEnvelope, 'data'>;
  readonly facts: Omit<StoredFacts, 'size'>;
}

/** The event with its data. */
export const openEvent = ({ envelope, facts }: StoredEvent): EventEnvelope => ({
  ...envelope,
  data: readFacts(factsBytes(facts)),
});

/** An event as it travels: its envelope without the data as a line of JSON, then the data as it is kept. */
export const writeEventMessage = ({ envelope, facts }: StoredEvent): Buffer =>
  Buffer.concat([Buffer.from(`${JSON.stringify(envelope)}\n`), factsBytes(facts)]);

/** The data of a message is not what its owner wrote: it came to harm on the way. */
export class DamagedEventError extends Error {
  override readonly name = 'DamagedEventError';
}

/**
 * Reads an event as it travels. Throws for what is none. The data is read where it is asked for, anew each time: messages
 * wait as the few bytes that they are. Reading it throws DamagedEventError where it is none.
 */
export function readEventMessage(bytes: Uint8Array): EventEnvelope {
  const end = bytes.indexOf(NEWLINE);
  if (end === -1) throw new SyntaxError('a message without an envelope');
  const line = Buffer.from(bytes.buffer, bytes.byteOffset, end).toString();
  const envelope = JSON.parse(line) as Omit<EventEnvelope, 'data'>;
  return {
    ...envelope,
    get data(): unknown {
      try {
        return readFacts(bytes.subarray(end + 1));
      } catch (error) {
        throw new DamagedEventError(`the data of event ${envelope.id} cannot be read`, { cause: error });
      }
    },
  };
}
