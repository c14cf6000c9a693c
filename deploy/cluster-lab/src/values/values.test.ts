import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { chartDir } from '../paths.ts';
import { valuesJsonSchema } from './values-schema.ts';

test('values.schema.json is that of the processes’ settings as they are now', () => {
  const committed: unknown = JSON.parse(readFileSync(join(chartDir, 'values.schema.json'), 'utf8'));
  // Made anew by `node deploy/cluster-lab/src/values/write-schema.ts`.
  expect(committed).toEqual(JSON.parse(valuesJsonSchema()));
});
