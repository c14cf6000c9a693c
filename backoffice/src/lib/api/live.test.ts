import { describe, expect, test } from '@jest/globals';
import { followLiveSales, type LineState, type LiveSales } from './live.ts';

const sales = (transactions: number): LiveSales => ({ transactions, branches: [], at: 1 });
const lines = (...parts: string[]) =>
  new Response(
    new ReadableStream<Uint8Array>({
      start(controller) {
        for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
        controller.close();
      },
    }),
  );
const event = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`;

/** Follows until the answers are used up. */
async function follow(answers: (() => Response | Promise<Response>)[]) {
  const end = new AbortController();
  const [heard, states, pauses]: [number[], LineState[], number[]] = [[], [], []];
  let renewed = 0;
  await followLiveSales({
    tokens: { current: async () => 'token', renew: async () => String((renewed += 1)) },
    signal: end.signal,
    onSales: ({ transactions }) => heard.push(transactions),
    onState: (state) => states.push(state),
    sleep: async (ms) => void pauses.push(ms),
    fetch: async () => {
      const next = answers.shift();
      if (next !== undefined) return next();
      end.abort();
      throw new Error('ended');
    },
  });
  return { heard, states, pauses, renewed };
}

describe('the live line', () => {
  test('hears each event, also cut in two, and passes over signs of life and what it cannot read', async () => {
    const text = event(sales(2));
    const { heard, states } = await follow([
      () =>
        lines(
          ': open\n\n',
          event(sales(1)),
          text.slice(0, 9),
          text.slice(9),
          ': alive\n\n',
          'data: nonsense\n\n',
          event({ other: 1 }),
        ),
    ]);
    expect(heard).toEqual([1, 2]);
    expect(states).toEqual(['live', 'waiting']);
  });

  test('opens again at once when the service ends it, and ever later where it cannot be opened', async () => {
    const down = () => new Response(null, { status: 503 });
    const { pauses, states } = await follow([() => lines(event(sales(1))), down, down, () => lines(': open\n\n')]);
    expect(pauses).toEqual([1000, 2000, 4000, 1000]);
    expect(states).toEqual(['live', 'waiting', 'waiting', 'waiting', 'live', 'waiting']);
  });

  test('takes a new token when its own is refused', async () => {
    expect(await follow([() => new Response(null, { status: 401 }), () => lines(event(sales(3)))])).toMatchObject({
      heard: [3],
      renewed: 1,
    });
  });
});
