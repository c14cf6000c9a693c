import { join } from 'node:path';
import * as contracts from '@nexus/contracts';
import { z } from 'zod';

/** JSON Schema, as far as it is looked at here. */
export type Shape = Readonly<Record<string, unknown>>;

/** Shapes by name: `event sales/transactions-recorded@1`, `question sync/take-entries request`, `till uploadHeader`. */
export type Shapes = Readonly<Record<string, Shape>>;

/** The shapes of the last release, which runs beside the next one while that rolls out. */
export const RELEASED_FILE = join(import.meta.dirname, 'released-shapes.json');

/** What tills and servers of different ages say to each other: a till may be weeks behind. */
const OF_TILLS = [
  'barcodeAnswer',
  'catalogueAnswer',
  'changesAnswer',
  'changesQuery',
  'enrolTerminalAnswer',
  'enrolTerminalRequest',
  'journalFileAnswer',
  'journalFileHeader',
  'snapshotLine',
  'snapshotPageEnd',
  'snapshotQuery',
  'terminalNonceAnswer',
  'terminalNonceRequest',
  'terminalTokenAnswer',
  'terminalTokenRequest',
  'uploadAnswer',
  'uploadHeader',
] as const satisfies readonly (keyof typeof contracts)[];

const shapeOf = (schema: z.ZodType): Shape => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });

/** Everything that one version says to another, as the sources have it now. */
export function currentShapes(): Shapes {
  const shapes: Record<string, Shape> = {};
  const all: readonly unknown[] = Object.values(contracts);
  const perService = [contracts.applyJournalRpc, contracts.auditEventLog, contracts.readEvents, contracts.readHeads];
  const questions = [...all, ...perService.map((make) => make('sales'))].filter(isQuestion);
  for (const { service, name, request, reply } of questions) {
    shapes[`question ${service}/${name} request`] = shapeOf(request);
    shapes[`question ${service}/${name} reply`] = shapeOf(reply);
  }
  for (const { service, kind, version, data } of all.filter(isEvent))
    shapes[`event ${service}/${kind}@${version}`] = shapeOf(data);
  for (const name of OF_TILLS) shapes[`till ${name}`] = shapeOf(contracts[name]);
  // Each kind by itself: whoever meets a kind that it does not know keeps it as bytes.
  for (const entry of contracts.knownEntry.options) {
    const kinds = 'values' in entry.shape.k ? [...entry.shape.k.values] : entry.shape.k.options;
    shapes[`till entry ${kinds.join('|')}`] = shapeOf(entry);
  }
  return Object.fromEntries(Object.entries(shapes).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const isQuestion = (value: unknown): value is contracts.RpcDefinition =>
  isObject(value) && 'request' in value && 'reply' in value && 'scope' in value;
const isEvent = (value: unknown): value is contracts.EventDefinition =>
  isObject(value) && 'kind' in value && 'version' in value && 'data' in value;
