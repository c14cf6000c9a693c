import { defineLinesRpc, defineRpc, NexusError } from '@nexus/contracts';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { answerBytes, failureText, readAnswer } from './wire.ts';

const common = {
  service: 'sales',
  name: 'x',
  scope: 'tenant',
  timeoutMs: 1,
  request: z.unknown(),
  reply: z.unknown(),
} as const;
const plain = defineRpc(common);
const carrying = defineLinesRpc(common);

test('a reply and its lines come back as they went, whatever they hold but newlines', () => {
  const line = fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replaceAll('\n', ''));
  fc.assert(
    fc.property(fc.jsonValue(), fc.array(line, { maxLength: 30 }), (value, lines) => {
      const answer = { reply: JSON.parse(JSON.stringify(value)) as unknown, lines };
      expect(readAnswer(carrying, answerBytes(carrying, answer))).toEqual(answer);
      expect(readAnswer(plain, answerBytes(plain, { ...answer, lines: [] }))).toEqual({ ...answer, lines: [] });
    }),
    { numRuns: 300 },
  );
});

test('many long lines do', () => {
  const answer = { reply: { n: 1 }, lines: Array.from({ length: 400 }, (_, n) => `${n}-${'₵'.repeat(900)}`) };
  expect(readAnswer(carrying, answerBytes(carrying, answer))).toEqual(answer);
});

test.each([plain, carrying])('a failure comes back as the error that it was', (definition) => {
  const bytes = Buffer.from(failureText(new NexusError('NX-1006', 'somebody\nelse was quicker')));
  expect(() => readAnswer(definition, bytes)).toThrow(
    expect.objectContaining({ code: 'NX-1006', message: 'somebody\nelse was quicker' }),
  );
  expect(() => readAnswer(definition, Buffer.from('{"error":{"code":"NX-9999","detail":"?"}}'))).toThrow(
    expect.objectContaining({ code: 'NX-1000' }),
  );
  expect(() => readAnswer(definition, Buffer.from('no JSON'))).toThrow(expect.objectContaining({ code: 'NX-1008' }));
});
