import { describe, expect, test } from '@jest/globals';
import { WakeQueue } from './wake-queue.ts';

const queue = () => new WakeQueue({ wakeEntries: 1000, quietMs: 50, backlogMs: 3000, maxTerminals: 3 });
const news = (terminalId: string, entries: number, moreComing = false) => ({
  tenantId: 'a',
  terminalId,
  entries,
  moreComing,
});
const wake = (terminalId: string) => ({ tenantId: 'a', terminalId });

describe('waking a replay', () => {
  test('waits a blink for a lone sale, whatever comes meanwhile', () => {
    const q = queue();
    q.add(news('t', 1), 0);
    q.add(news('t', 1), 40);
    expect(q.takeDue(49, 10)).toEqual([]);
    expect(q.nextDueAt()).toBe(50);
    expect(q.takeDue(50, 10)).toEqual([wake('t')]);
    expect(q.nextDueAt()).toBeUndefined();
  });

  test('gathers a backlog until it is worth it', () => {
    const q = queue();
    for (let i = 0; i < 9; i += 1) q.add(news('t', 100, true), i);
    expect(q.takeDue(1000, 10)).toEqual([]);
    q.add(news('t', 100, true), 1000);
    expect(q.takeDue(1000, 10)).toEqual([wake('t')]);
  });

  test('does not hold back the end of a backlog', () => {
    const q = queue();
    q.add(news('t', 100, true), 0);
    q.add(news('t', 100, false), 100);
    expect(q.takeDue(100, 10)).toEqual([wake('t')]);
  });

  test('never waits for longer than its limit', () => {
    const q = queue();
    q.add(news('t', 1, true), 0);
    expect(q.takeDue(2999, 10)).toEqual([]);
    expect(q.takeDue(3000, 10)).toEqual([wake('t')]);
  });

  test('keeps a bounded number of terminals and hands out a bounded number at a time, oldest first', () => {
    const q = queue();
    for (const t of ['a', 'b', 'c']) expect(q.add(news(t, 1), 0)).toBe(true);
    expect(q.add(news('d', 1), 0)).toBe(false);
    expect(q.takeDue(100, 2)).toEqual([wake('a'), wake('b')]);
    expect(q.size).toBe(1);
  });
});
