import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached, type Progress } from '@nexus/local/provide';
import { parse } from 'yaml';
import { provideSource, readSources } from '../tools/sources.ts';
import { schemasOfCrd, schemasOfSwagger, type SchemaFiles } from './strict-schemas.ts';

/** Files of the definitions of others' kinds that the chart makes behind switches. */
export async function provideCrdFiles(progress: Progress): Promise<string[]> {
  const files: string[] = [];
  for (const name of ['prometheusOperator', 'externalSecrets'] as const) {
    const folder = await provideSource(name, progress);
    files.push(...readSources()[name].files.map((file) => join(folder, file)));
  }
  return files;
}

/** The folder of strict schemas that kubeconform reads, made once for each version of what they are made from. */
export async function provideSchemas(progress: Progress): Promise<string> {
  const maker = readFileSync(join(import.meta.dirname, 'strict-schemas.ts'));
  const key = createHash('sha256').update(maker).update(JSON.stringify(readSources())).digest('hex').slice(0, 12);
  return cached(`kubernetes-schemas-${key}`, progress, async (intoDir) => {
    const kubernetes = await provideSource('kubernetes', progress);
    const swagger = await readFile(join(kubernetes, readSources().kubernetes.files[0] ?? ''), 'utf8');
    await writeAll(intoDir, schemasOfSwagger(JSON.parse(swagger) as Parameters<typeof schemasOfSwagger>[0]));
    for (const file of await provideCrdFiles(progress)) {
      const definition = parse(await readFile(file, 'utf8')) as Parameters<typeof schemasOfCrd>[0];
      await writeAll(intoDir, schemasOfCrd(definition));
    }
  });
}

async function writeAll(intoDir: string, files: SchemaFiles): Promise<void> {
  for (const [name, schema] of files) await writeFile(join(intoDir, name), JSON.stringify(schema));
}
