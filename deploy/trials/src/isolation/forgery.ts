import * as contracts from '@nexus/contracts';
import { KINDS_BY_SERVICE, knownEntry, type EventDefinition, type JournalConsumer } from '@nexus/contracts';
import { z } from 'zod';
import { valueFor } from '../routes.ts';

/** What is B's and no UUID: written where a field's name or shape asks for it. */
export interface ForgedDetails {
  readonly keyId: string;
  readonly publicKey: string;
  /** Of a journal entry. */
  readonly hash: string;
}

const isEvent = (value: unknown): value is EventDefinition =>
  typeof value === 'object' && value !== null && 'service' in value && 'kind' in value && 'data' in value;

/** Every event of the contracts. */
export const EVENTS: readonly EventDefinition[] = (Object.values(contracts) as unknown[]).filter(isEvent);

/**
 * Data of an event, made from its own schema, in which every id is `id`. Throws where the schema takes none of it: then
 * a field needs a word in `named`.
 */
export function forgedEvent({ data, kind }: EventDefinition, id: string, details: ForgedDetails): unknown {
  return madeFrom(data, kind, id, { ...named(details), revokedAt: '2026-11-02T00:00:00Z' });
}

/**
 * An entry of the electronic journal of a kind, without its place in the chain, in which every id is `id`. Throws for a
 * kind that the contracts name and no schema of theirs reads: a follower would keep it as unreadable.
 */
export function forgedEntry(kind: string, id: string, details: ForgedDetails): Record<string, unknown> {
  const option = knownEntry.options.find(({ shape }) => shape.k.safeParse(kind).success);
  if (option === undefined) throw new Error(`no schema of the contracts reads an entry of kind ${kind}`);
  return madeFrom(option, kind, id, { ...named(details), k: kind, v: 1 }) as Record<string, unknown>;
}

/** Kinds that anybody follows, each once. */
export const FOLLOWED_KINDS = [
  ...new Set((Object.keys(KINDS_BY_SERVICE) as JournalConsumer[]).flatMap((service) => [...KINDS_BY_SERVICE[service]])),
];

const named = ({ keyId, publicKey, hash }: ForgedDetails): Record<string, unknown> => ({
  ...{ keyId, publicKey, hash, zone: 'Africa/Accra', z: 'Africa/Accra', fiscalYearStart: '01-01' },
});

function madeFrom(schema: z.ZodType, kind: string, id: string, words: Record<string, unknown>): unknown {
  const json = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }) as Record<string, unknown>;
  const made = valueFor(json, {}, id, 0, words);
  const parsed = schema.safeParse(made);
  if (!parsed.success) throw new Error(`nothing was generated that is a ${kind}: ${z.prettifyError(parsed.error)}`);
  return made;
}
