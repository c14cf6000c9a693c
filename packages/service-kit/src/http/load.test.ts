import { expect, test } from '@jest/globals';
import { Load } from './load.ts';

test('one too many of a kind is told to come later; what ends makes room, also when it fails', async () => {
  const load = new Load({ maxRequests: 2, maxStreams: 1 });
  const [first, second] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  const running = [load.run('requests', () => first.promise), load.run('requests', () => second.promise)];
  const another = () => load.run('requests', () => Promise.resolve('in'));
  await expect(another()).rejects.toMatchObject({ code: 'NX-1007' });
  expect(await load.run('streams', () => Promise.resolve('a stream'))).toBe('a stream');
  first.resolve('done');
  expect(await running[0]).toBe('done');
  expect(await another()).toBe('in');
  second.reject(new Error('failed'));
  await expect(running[1]).rejects.toThrow('failed');
  expect(await Promise.all([another(), another()])).toEqual(['in', 'in']);
});
