import { describe, expect, test } from '@jest/globals';
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
