import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineRoute } from './route.ts';
import { invalid, problemOf } from './problem.ts';

test('a body full of mistakes is answered with some of them, each cut to a readable length', () => {
  const schema = z.array(z.number({ error: 'x'.repeat(2_000) }));
  const { error } = schema.safeParse(Array<string>(500).fill('no'));
  if (error === undefined) throw new Error('it should not have passed');
  const problem = problemOf(invalid('body', error), `/${'y'.repeat(2_000)}`);
  expect(problem.errors).toHaveLength(50);
  expect(problem.errors?.[49]).toEqual({ path: 'body.49', message: 'x'.repeat(500) });
  expect(problem.instance).toHaveLength(500);
});

test('a GET that wants a body is refused when it is declared', () => {
  const declare = () =>
    defineRoute({
      method: 'get',
      path: '/x',
      summary: 'x',
      access: 'public',
      body: z.strictObject({}),
      response: z.object({}),
      handler: () => ({}),
    });
  expect(declare).toThrow('GET /x cannot have a body');
});
