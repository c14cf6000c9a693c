import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { SERVICES } from '@nexus/contracts';
import { checkoutDir } from '@nexus/local/provide';
import { arrowsFrom, arrowsOfCode } from './arrows.ts';

describe('who talks to whom', () => {
  test('no service is told the address of another: they meet on NATS', () => {
    const between = arrowsOfCode().filter(
      ({ from, to }) => from !== 'edge' && SERVICES.some((service) => service === to),
    );
    expect(between).toEqual([]);
  });

  test('a new address that nobody explained is refused', () => {
    const settings = [{ names: ['NEXUS_SEARCH_URL'] as [string], required: true, secret: false, loopback: false }];
    expect(() => arrowsFrom('catalog', settings)).toThrow('say in ADDRESSES what stands at that address');
  });

  /** Addresses that stand in the code, not in a setting, would make arrows that nobody sees. */
  test('services ask over HTTP nowhere but in what speaks to Keycloak', () => {
    const asking = SERVICES.flatMap((service) => sources(`services/${service}/src`))
      .concat(sources('workflows/src'), sources('packages/messaging/src'), sources('packages/service-kit/src'))
      .filter((file) => /\bfetch\(|\bhttps?\.(request|get)\(|from '(undici|axios|got)'/.test(read(file)));
    expect(asking).toEqual(['services/identity/src/access-token/remote-key-set.ts']);
  });
});

const read = (file: string): string => readFileSync(join(checkoutDir, file), 'utf8');

function sources(folder: string): string[] {
  return readdirSync(join(checkoutDir, folder), { recursive: true, encoding: 'utf8' })
    .filter(
      (file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !/(^|\/)(testing|test-support)\//.test(file),
    )
    .map((file) => join(folder, file));
}
