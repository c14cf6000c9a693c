import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { checkoutDir } from '@nexus/local/provide';

const PAGES = [
  'docs/cluster.md',
  'docs/platform.md',
  'helm/nexus/README.md',
  'deploy/cluster/README.md',
  'deploy/cluster-lab/README.md',
];

test.each(PAGES)('what %s names is there', (page) => {
  const text = readFileSync(join(checkoutDir, page), 'utf8');
  const files = [...text.matchAll(/(?<![\w./])(?:deploy|helm|services|docs)\/[\w./-]+\.(?:ts|ya?ml|json|md)/g)].map(
    ([file]) => file,
  );
  const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link]) => join(dirname(page), link!));
  expect([...files, ...links].filter((file) => !existsSync(join(checkoutDir, file)))).toEqual([]);
  expect(files.length + links.length).toBeGreaterThan(0);
});
