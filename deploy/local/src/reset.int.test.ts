import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { liveDaemon, startInBackground } from './background.ts';
import { readDaemonState } from './daemon-state.ts';
import { reset } from './launcher.ts';
import { platformDir } from './platform-state.ts';
import { isAlive } from './process/identity.ts';
import { temporaryDir } from './test-support/temporary-dir.ts';

const DAEMON = join(import.meta.dirname, 'test-support', 'empty-daemon.ts');

test('a reset stops what runs here, and what runs in folders of this one, before it deletes their data', async () => {
  using dir = temporaryDir();
  const stateDir = join(dir.path, '.nexus');
  const places = [stateDir, join(stateDir, 'trials')].map(platformDir);
  for (const place of places) {
    await startInBackground({ stateDir: place, script: DAEMON, args: [place] }, () => undefined);
  }
  const supervisors = places.map((place) => readDaemonState(place)?.supervisor);
  expect(places.every((place) => liveDaemon(place)?.phase === 'ready')).toBe(true);

  await reset({ stateDir });
  expect(existsSync(stateDir)).toBe(false);
  expect(supervisors.map((one) => one !== undefined && isAlive(one))).toEqual([false, false]);
  await reset({ stateDir });
}, 60_000);
