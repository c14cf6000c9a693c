import { z } from 'zod';
import { configMapsOf, objectsOf, type Manifest, type Workload } from '../chart/manifests.ts';
import { of, type Policy } from './violation.ts';

const named = z.looseObject({ metadata: z.looseObject({ name: z.string() }) });
const serviceSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    selector: z.record(z.string(), z.string()),
    ports: z.array(z.looseObject({ name: z.string(), port: z.number(), targetPort: z.string() })),
  }),
});
const ingressSchema = z.looseObject({
  spec: z.looseObject({
    rules: z.array(
      z.looseObject({
        http: z.looseObject({
          paths: z.array(
            z.looseObject({
              path: z.string(),
              backend: z.looseObject({
                service: z.looseObject({ name: z.string(), port: z.looseObject({ name: z.string() }) }),
              }),
            }),
          ),
        }),
      }),
    ),
  }),
});

/** What one object names of another is there: accounts, ConfigMaps, ports, backends. Nobody else's objects are looked for. */
export const references: Policy = ({ manifests, workloads }) => {
  const accounts = namesOf(manifests, 'ServiceAccount');
  const configMaps = new Set(configMapsOf(manifests).keys());
  const services = objectsOf(manifests, 'Service', serviceSchema);
  return [
    ...workloads.flatMap((workload) => workloadFaults(workload, accounts, configMaps)),
    ...services.flatMap(({ metadata, spec }) => {
      const behind = workloads.filter(({ podLabels }) =>
        Object.entries(spec.selector).every(([k, v]) => podLabels[k] === v),
      );
      if (behind.length !== 1) return [`Service ${metadata.name} stands before ${behind.length} workloads`];
      const ports = new Set(behind[0]?.containers.flatMap((container) => container.ports.map(({ name }) => name)));
      return spec.ports
        .filter(({ targetPort }) => !ports.has(targetPort))
        .map(({ name }) => `Service ${metadata.name} has nothing behind ${name}`);
    }),
    ...objectsOf(manifests, 'Ingress', ingressSchema).flatMap(({ spec }) =>
      spec.rules.flatMap(({ http }) =>
        http.paths
          .filter(
            ({ backend }) =>
              !services.some(
                ({ metadata, spec: { ports } }) =>
                  metadata.name === backend.service.name &&
                  ports.some(({ name }) => name === backend.service.port.name),
              ),
          )
          .map(({ path }) => `the Ingress leads ${path} nowhere`),
      ),
    ),
    ...duplicates(manifests),
  ];
};

const namesOf = (manifests: readonly Manifest[], kind: string): ReadonlySet<string> =>
  new Set(objectsOf(manifests, kind, named).map(({ metadata }) => metadata.name));

function workloadFaults(workload: Workload, accounts: ReadonlySet<string>, configMaps: ReadonlySet<string>): string[] {
  const { serviceAccountName = 'default', volumes } = workload.pod;
  const wanted = [
    ...workload.containers.flatMap(({ envFrom }) => envFrom.map(({ configMapRef }) => configMapRef?.name)),
    ...volumes.map(({ configMap }) => configMap?.name),
  ].filter((name) => name !== undefined);
  return [
    ...(accounts.has(serviceAccountName) ? [] : [`${of(workload)} runs as ${serviceAccountName}, which nobody makes`]),
    ...wanted.filter((name) => !configMaps.has(name)).map((name) => `${of(workload)} wants the ConfigMap ${name}`),
  ];
}

function duplicates(manifests: readonly Manifest[]): string[] {
  const seen = new Set<string>();
  return manifests
    .map(({ apiVersion, kind, metadata }) => `${apiVersion} ${kind} ${metadata.name}`)
    .filter((key) => seen.size === seen.add(key).size)
    .map((key) => `${key} is there twice`);
}
