import { openNats, type NatsLink } from '@nexus/messaging';
import { createLogger } from '@nexus/telemetry';
import { startTestNats, waitFor, type TestNats } from '@nexus/testkit';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { listen, Nudges } from './nudges.ts';

const logger = createLogger({ service: 'sync', level: 'silent' });
let nats: TestNats;
const links: NatsLink[] = [];
const pods: Nudges[] = [];
beforeAll(async () => {
  nats = await startTestNats();
  for (const name of ['a', 'b']) {
    const link = openNats({ url: nats.url, name, logger });
    await link.connection();
    const pod = new Nudges(link, logger);
    pod.start();
    links.push(link);
    pods.push(pod);
  }
}, 180_000);
afterAll(async () => {
  for (const pod of pods) pod.stop();
  for (const link of links) await link.close();
  await nats?.stop();
});

test('a till connected to another process hears that the feed moved', async () => {
  const [here, there] = pods as [Nudges, Nudges];
  const abort = new AbortController();
  const heard = { own: 0, foreign: 0, ended: 0 };
  const follow = async (tenantId: string, count: () => void): Promise<void> => {
    for await (const nudge of listen(there, { tenantId, terminalId: 't' }, abort.signal))
      if (nudge === undefined) count();
    heard.ended += 1;
  };
  const both = Promise.all([follow('tenant', () => (heard.own += 1)), follow('other', () => (heard.foreign += 1))]);
  // What moved before they listened they have to look for themselves, and are told so at once.
  await waitFor(() => heard.own === 1 && heard.foreign === 1, { what: 'the first nudge of each' });
  await waitFor(
    () => {
      here.moved('tenant'); // until the subscription of the other process is known everywhere
      return heard.own > 1;
    },
    { what: 'a nudge from the other process' },
  );
  expect(heard.foreign).toBe(1);
  abort.abort();
  await both;
  expect(heard.ended).toBe(2);
});
