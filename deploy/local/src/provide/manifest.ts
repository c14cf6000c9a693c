import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { engineSourcesDir } from '../paths.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const executables = z.record(z.string(), z.string());

/** An official release: its checksum is pinned here, or taken from the checksum file published beside it. */
const releaseSchema = z
  .strictObject({
    archive: z.url(),
    checksums: z.url().optional(),
    sha256: sha256.optional(),
    /** command → file inside the archive (its base name) */
    executables: executables.optional(),
  })
  .refine((release) => release.checksums !== undefined || release.sha256 !== undefined, {
    message: 'a release needs a pinned sha256 or a published checksum file',
  });

/** A Go module of ours whose `tool` directives are the commands; go.sum pins every byte. */
const goModuleSchema = z.strictObject({
  directory: z.string(),
  /** command → file that `go install tool` writes */
  executables,
  /** variable of a package → what the linker sets it to, `{version}` filled in: a program's own name for its version */
  variables: z.record(z.string(), z.string()).optional(),
});

const binarySchema = z.strictObject({
  version: z.string(),
  acceptOnPath: z.string(),
  /** command → how it is asked for its version, where that is not `--version` */
  versionArguments: z.record(z.string(), z.array(z.string())).optional(),
  goModule: goModuleSchema,
  release: releaseSchema.optional(),
});

const manifestSchema = z.strictObject({
  comment: z.string(),
  postgres: z.strictObject({
    version: z.string(),
    acceptOnPath: z.string(),
    npmPackage: z.strictObject({ name: z.string(), version: z.string(), verifiedBy: z.string() }),
  }),
  nats: binarySchema,
  temporal: binarySchema,
  temporalTools: binarySchema,
  temporalUi: binarySchema,
  kubeconform: binarySchema,
  helm: binarySchema,
  etcd: binarySchema,
  kubernetes: binarySchema,
  kwok: binarySchema,
  keycloak: z.strictObject({
    version: z.string(),
    maven: z.strictObject({ coordinates: z.string(), sha256 }),
    release: releaseSchema,
  }),
  temporalTestServer: z.strictObject({
    version: z.string(),
    maven: z.strictObject({ coordinates: z.string(), sha256 }),
  }),
  pgbouncer: z.strictObject({ version: z.string(), acceptOnPath: z.string() }),
  java: z.strictObject({ version: z.string() }),
  go: z.strictObject({ version: z.string() }),
});

export type EngineManifest = z.infer<typeof manifestSchema>;
export type BinaryManifest = z.infer<typeof binarySchema>;
export type ReleaseManifest = z.infer<typeof releaseSchema>;

export function readManifest(): EngineManifest {
  const text = readFileSync(join(engineSourcesDir, 'engines.json'), 'utf8');
  return manifestSchema.parse(JSON.parse(text));
}

const GO_ARCH: Record<string, string> = { x64: 'amd64', arm64: 'arm64' };

/** Fills `{version}`, `{os}` and `{arch}` of a release address for this machine. */
export function releaseUrl(template: string, version: string): string {
  return template
    .replaceAll('{version}', version)
    .replaceAll('{os}', process.platform)
    .replaceAll('{arch}', GO_ARCH[process.arch] ?? process.arch);
}
