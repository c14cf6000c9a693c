import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createLogger } from '@nexus/telemetry';
import { waitFor } from '@nexus/testkit';
import { Supervisor, type Runnable } from './supervisor.ts';

const logger = createLogger({ service: 'test', level: 'silent' });

/** A worker that runs until it is shut down or broken. */
class Fake implements Runnable {
  readonly #end = Promise.withResolvers<void>();
  readonly order: string[];

  constructor(order: string[]) {
    this.order = order;
  }

  run(): Promise<void> {
    return this.#end.promise;
  }

  shutdown(): void {
    this.order.push('shutdown');
    this.#end.resolve();
  }

  break(error: Error): void {
    this.#end.reject(error);
  }

  endByItself(): void {
    this.#end.resolve();
  }
}

function supervise(failures: number) {
  const made: Fake[] = [];
  const order: string[] = [];
  let left = failures;
  const supervisor = new Supervisor({
    name: 'test',
    logger,
    backoffMs: 1,
    maxBackoffMs: 4,
    create: () => {
      left -= 1;
      if (left >= 0) return Promise.reject(new Error('the server is away'));
      const fake = new Fake(order);
      made.push(fake);
      return Promise.resolve(fake);
    },
  });
  return { supervisor, made, order };
}

describe('a supervised worker', () => {
  test('is made as soon as the server is there', async () => {
    const { supervisor } = supervise(5);
    supervisor.start();
    await waitFor(() => supervisor.isRunning());
    await supervisor.stop();
    expect(supervisor.isRunning()).toBe(false);
  });

  test('is made again when it breaks, and when it ends without being told', async () => {
    const { supervisor, made } = supervise(0);
    supervisor.start();
    await waitFor(() => made.length === 1);
    made[0]?.break(new Error('poll failed'));
    await waitFor(() => made.length === 2);
    made[1]?.endByItself();
    await waitFor(() => made.length === 3 && supervisor.isRunning());
    await supervisor.stop();
    expect(made).toHaveLength(3);
  });

  test('ends in order, once', async () => {
    const { supervisor, order } = supervise(0);
    supervisor.start();
    await waitFor(() => supervisor.isRunning());
    await Promise.all([supervisor.stop(), supervisor.stop()]);
    expect(order).toContain('shutdown');
  });

  test('stops also while the server is away, and before it ever began', async () => {
    const { supervisor, made } = supervise(Number.MAX_SAFE_INTEGER);
    await supervisor.stop();
    supervisor.start();
    await supervisor.stop();
    const waiting = supervise(Number.MAX_SAFE_INTEGER);
    waiting.supervisor.start();
    await waiting.supervisor.stop();
    expect([made, waiting.made]).toEqual([[], []]);
  });

  test('that was just being made when it had to stop is shut down at once', async () => {
    const order: string[] = [];
    const made = Promise.withResolvers<Runnable>();
    const supervisor = new Supervisor({ name: 'test', logger, create: () => made.promise });
    supervisor.start();
    const stopped = supervisor.stop();
    made.resolve(new Fake(order));
    await stopped;
    expect(order).toEqual(['shutdown']);
  });

  test('is begun once, however often it is told to', async () => {
    const { supervisor, made } = supervise(0);
    supervisor.start();
    supervisor.start();
    await waitFor(() => supervisor.isRunning());
    await supervisor.stop();
    expect(made).toHaveLength(1);
  });

  describe('by a clock of our own', () => {
    beforeEach(() => void jest.useFakeTimers());
    afterEach(() => void jest.useRealTimers());

    /** Fails whenever it is made; pauses are those that jest's clock was asked for. */
    function failing(maxBackoffMs: number, lifeMs: (n: number) => number = () => 0) {
      const pauses: number[] = [];
      const timers = jest.spyOn(globalThis, 'setTimeout');
      let made = 0;
      const supervisor = new Supervisor({
        name: 'test',
        logger,
        backoffMs: 100,
        maxBackoffMs,
        create: () => {
          made += 1;
          jest.setSystemTime(Date.now() + lifeMs(made));
          return Promise.reject(new Error('away'));
        },
      });
      /** Until the next pause has begun. */
      const pausing = async (): Promise<void> => {
        const asked = timers.mock.calls.length;
        while (timers.mock.calls.length === asked) await Promise.resolve();
      };
      const next = async (): Promise<void> => {
        await pausing();
        pauses.push(timers.mock.calls.at(-1)?.[1] ?? 0);
        jest.advanceTimersByTime(pauses.at(-1) ?? 0);
      };
      return { supervisor, pausing, next, pauses };
    }

    test('pauses grow to their limit and no further', async () => {
      const { supervisor, next, pauses } = failing(1_000);
      const first = next();
      supervisor.start();
      await first;
      for (let n = 0; n < 5; n += 1) await next();
      expect(pauses).toEqual([100, 200, 400, 800, 1_000, 1_000]);
      jest.useRealTimers();
      await supervisor.stop();
    });

    test('one that lived for a while begins with a short pause again', async () => {
      const { supervisor, next, pauses } = failing(1_000, (n) => (n === 4 ? 31_000 : 0));
      const first = next();
      supervisor.start();
      await first;
      for (let n = 0; n < 4; n += 1) await next();
      expect(pauses).toEqual([100, 200, 400, 100, 200]);
      jest.useRealTimers();
      await supervisor.stop();
    });

    test('a stop ends a pause at once', async () => {
      const { supervisor, pausing } = failing(1_000_000);
      const first = pausing();
      supervisor.start();
      await first;
      // Nobody moves the clock.
      await supervisor.stop();
    });
  });

  test('that breaks while it stops has stopped', async () => {
    const { supervisor, made } = supervise(0);
    supervisor.start();
    await waitFor(() => made.length === 1);
    const stopped = supervisor.stop();
    made[0]?.break(new Error('too late'));
    await stopped;
    expect(made).toHaveLength(1);
  });
});
