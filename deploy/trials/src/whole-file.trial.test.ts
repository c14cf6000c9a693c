import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { expectedFigures, readSalesFile, simulate } from '@nexus/cli';
import { config, hasSalesFile } from './config.ts';
import { trialPlatform } from './platform.ts';

jest.setTimeout(900_000);

const BRANCHES = 4;
const TERMINALS = 12;
const trial = hasSalesFile() ? test : test.skip;
const title = 'real sales, offline, three times at once and out of order, equal the file at each terminal';

trial(hasSalesFile() ? title : `${title} (skipped: the file of real sales is not here)`, async () => {
  const platform = await trialPlatform();
  const chain = await platform.chain('Whole file');
  const directory = await mkdtemp(join(tmpdir(), 'nexus-trial-'));
  try {
    const file = await readSalesFile(config.salesFile, 'GBP');
    await simulate(chain, file, {
      branches: BRANCHES,
      terminals: TERMINALS,
      zone: 'Europe/London',
      offline: true,
      duplicate: true,
      shuffle: true,
      seed: config.seed,
      directory,
      origin: platform.platform.origin,
      timeoutMs: 800_000,
      progress: (line) => process.stderr.write(`${line}\n`),
    });
    const proof = await platform.prove(chain);
    const expected = expectedFigures(file, BRANCHES, TERMINALS);
    expect(proof.invariants.filter(({ holds }) => !holds)).toEqual([]);
    expect(proof.totals).toMatchObject({ ...expected.totals, gaps: 0, forks: 0 });
    expect(proof.branches).toHaveLength(BRANCHES);
    expected.branches.forEach((figures, index) => expect(proof.branches[index]).toMatchObject(figures));
    expect(proof.terminals).toHaveLength(TERMINALS);
    expected.terminals.forEach((figures, index) => expect(proof.terminals[index]).toMatchObject(figures));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
