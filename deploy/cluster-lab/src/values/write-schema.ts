/** `node deploy/cluster-lab/src/values/write-schema.ts`: writes helm/nexus/values.schema.json anew. A test says when. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { chartDir } from '../paths.ts';
import { valuesJsonSchema } from './values-schema.ts';

const file = join(chartDir, 'values.schema.json');
await writeFile(file, await format(valuesJsonSchema(), { ...(await resolveConfig(file)), filepath: file }));
