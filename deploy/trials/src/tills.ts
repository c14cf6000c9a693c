import { join } from 'node:path';
import { chainStructure, auditPath } from '@nexus/contracts';
import { enrolmentCode, importProducts, setUpChain, type TenantSession } from '@nexus/cli';
import type { Till } from '@nexus/terminal-core';
import { createHeadlessTill, sellForLoad } from '@nexus/terminal-headless';
import { waitFor } from '@nexus/testkit';
import { randomUUIDv7 } from 'node:crypto';
import type { TrialPlatform } from './platform.ts';

/** Tills on disk, enrolled as real ones are, that stay open over several days of a trial. */
export interface TrialTills {
  readonly chain: TenantSession;
  readonly open: readonly Till[];
  /** Sends what is unsent until the server has all of it, whatever it forgot meanwhile. */
  readonly sendUntilAcknowledged: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const TILLS = 3;
const SEND_TIMEOUT_MS = 180_000;

export async function openTills(platform: TrialPlatform, chain: TenantSession, directory: string): Promise<TrialTills> {
  const { api } = chain;
  await importProducts(api, () =>
    new TextEncoder().encode('code,description,price\nA,Apple,1.50\nB,Bread,4.25\nC,Cocoa,12.00\n'),
  );
  const structure = await api.call({
    method: 'POST',
    path: `/api/identity${auditPath(chainStructure)}`,
    body: {},
    response: chainStructure.reply,
  });
  const staffed = await setUpChain(api, structure, { branches: 2, terminals: TILLS, zone: 'Africa/Accra' });
  const open: Till[] = [];
  for (const { facts } of staffed) {
    const till = await createHeadlessTill({ directory: join(directory, facts.id), platform: platform.platform.origin });
    const enrolled = await till.enrol(await enrolmentCode(api, facts.id));
    if (!enrolled.ok) throw new Error(`a till was not enrolled: ${enrolled.reason}`);
    open.push(till);
  }
  return {
    chain,
    open,
    sendUntilAcknowledged: () => sendAll(open),
    close: async () => {
      for (const till of open) await till.close();
    },
  };
}

/** Each till sells so many and sends what it can; what does not get through stays with it. Returns the sales of all. */
export async function sellAndSend(tills: TrialTills, sales: number): Promise<number> {
  const group = { code: 'zero', components: [] };
  const products = ['Apple', 'Bread', 'Cocoa'].map((description) => ({
    id: randomUUIDv7(),
    code: description.charAt(0),
    description,
    priceMinor: 150,
    taxGroup: group,
  }));
  for (const till of tills.open) await sellForLoad(till, { products, sales, linesPerSale: 2 });
  await Promise.all(tills.open.map((till) => till.sync.send().catch(() => undefined))); // the line may be down: that is the trial
  return sales * tills.open.length;
}

async function sendAll(tills: readonly Till[]): Promise<void> {
  for (const till of tills) {
    await waitFor(
      async () => {
        await till.sync.send({ heartbeat: true });
        return (await till.sync.status()).unsent.entries === 0;
      },
      { what: 'a till to have nothing unsent', timeoutMs: SEND_TIMEOUT_MS },
    );
  }
}
