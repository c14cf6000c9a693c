import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { platformPage } from '../paths.ts';
import { arrowTable, mermaid, withPicture } from './picture.ts';

const page = readFileSync(platformPage, 'utf8');

test('the picture of the platform is that of the code as it is now', () => {
  // Drawn anew by `node deploy/cluster-lab/src/picture/write-picture.ts`.
  expect(page).toBe(withPicture(page));
});

test('an arrow more or less would be seen', () => {
  const stale = page.replace('identity & edge -->|"HTTP: sign-in"| keycloak', 'identity -->|"HTTP: sign-in"| keycloak');
  expect(stale).not.toBe(page);
  expect(withPicture(stale)).not.toBe(stale);
});

test('every process and every engine is in it', () => {
  for (const name of [
    'identity',
    'catalog',
    'sync',
    'sales',
    'inventory',
    'workflows',
    'edge',
    'postgres',
    'nats',
    'temporal',
    'keycloak',
    'pgbouncer',
  ]) {
    expect(mermaid()).toContain(`    ${name}[`);
  }
  expect(arrowTable()).toContain(
    '| `workflows` | collector `NEXUS_OTLP_URL` · nats `NEXUS_NATS_URL` · temporal `NEXUS_TEMPORAL_ADDRESS` |',
  );
});
