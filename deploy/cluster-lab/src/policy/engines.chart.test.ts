import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { arrowsOfCode, type EngineName } from '../arrows/arrows.ts';
import { parseManifests } from '../chart/render.ts';
import { SHIPPED, valuesOf } from '../chart/values-files.ts';
import { clusterDir } from '../paths.ts';
import { networkValuesSchema } from './network.ts';

const policySchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), namespace: z.string() }),
  spec: z.looseObject({
    podSelector: z.looseObject({ matchLabels: z.record(z.string(), z.string()).optional() }),
    ingress: z.array(
      z.looseObject({
        from: z.array(
          z.looseObject({
            podSelector: z
              .looseObject({ matchExpressions: z.array(z.looseObject({ values: z.array(z.string()) })).optional() })
              .optional(),
          }),
        ),
        ports: z.array(z.looseObject({ port: z.number() })).default([]),
      }),
    ),
  }),
});

const file = readFileSync(join(clusterDir, 'network-policies.yaml'), 'utf8');
const policies = parseAllDocuments(file).map((document) => policySchema.parse(document.toJS()));
const policyOf = (name: string) => policies.find(({ metadata }) => metadata.name === name)!;

/** What stands in the chart between a process and PostgreSQL, and what runs before the processes. */
const BESIDES: Partial<Record<EngineName, string[]>> = {
  postgres: ['pgbouncer', 'migrate'],
  temporal: ['promote'],
};
const ENGINES = ['postgres', 'nats', 'temporal', 'keycloak'] as const;

describe.each(ENGINES)('around %s', (engine) => {
  test('those are let in that are told its address, and nobody else of the release', () => {
    const told = arrowsOfCode()
      .filter(({ to }) => to === engine)
      .map(({ from }) => from);
    const letIn = policyOf(engine).spec.ingress.flatMap(({ from }) =>
      from.flatMap(({ podSelector }) => podSelector?.matchExpressions?.flatMap(({ values }) => values) ?? []),
    );
    expect(letIn.sort()).toEqual([...new Set([...told, ...(BESIDES[engine] ?? [])])].sort());
  });

  test.each(SHIPPED.map((variant) => [variant.name, variant] as const))(
    'values-%s means the same pods and port',
    (_name, variant) => {
      const { port, to } = networkValuesSchema.parse(valuesOf(variant)['networkPolicy']).engines[engine];
      const { metadata, spec } = policyOf(engine);
      expect(to[0]?.namespaceSelector?.matchLabels).toEqual({ 'kubernetes.io/metadata.name': metadata.namespace });
      expect(to[0]?.podSelector?.matchLabels).toEqual(spec.podSelector.matchLabels);
      expect(spec.ingress.flatMap(({ ports }) => ports.map((one) => one.port))).toEqual([port]);
    },
  );
});

test('the manifests of engines are whole', () => {
  for (const path of ['namespaces.yaml', 'network-policies.yaml', 'postgres/cluster.yaml', 'keycloak/keycloak.yaml']) {
    expect(parseManifests(readFileSync(join(clusterDir, path), 'utf8')).length).toBeGreaterThan(0);
  }
});
