import { z } from 'zod';

/*
 * Rendered objects as the policies look at them. Whether they are what Kubernetes takes, kubeconform and the API server
 * say; here only what is asked about is described, and everything else let through.
 */

const labels = z.record(z.string(), z.string());
const metadata = z.looseObject({ name: z.string(), labels: labels.default({}), annotations: labels.default({}) });

export const manifestSchema = z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata });
export type Manifest = z.infer<typeof manifestSchema>;

const keyRef = z.looseObject({ name: z.string(), key: z.string() });
const envSchema = z.looseObject({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z.looseObject({ secretKeyRef: keyRef.optional() }).optional(),
});
const probe = z.looseObject({
  httpGet: z.looseObject({ path: z.string() }).optional(),
  tcpSocket: z.looseObject({}).optional(),
});
const quantities = z.looseObject({ cpu: z.string().optional(), memory: z.string().optional() });

const containerSchema = z.looseObject({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()).default([]),
  env: z.array(envSchema).default([]),
  envFrom: z.array(z.looseObject({ configMapRef: z.looseObject({ name: z.string() }).optional() })).default([]),
  ports: z.array(z.looseObject({ name: z.string(), containerPort: z.number() })).default([]),
  securityContext: z
    .looseObject({
      allowPrivilegeEscalation: z.boolean().optional(),
      readOnlyRootFilesystem: z.boolean().optional(),
      privileged: z.boolean().optional(),
      capabilities: z
        .looseObject({ drop: z.array(z.string()).default([]), add: z.array(z.string()).default([]) })
        .optional(),
    })
    .default({}),
  resources: z.looseObject({ requests: quantities.default({}), limits: quantities.default({}) }).optional(),
  startupProbe: probe.optional(),
  readinessProbe: probe.optional(),
  livenessProbe: probe.optional(),
});
export type Container = z.infer<typeof containerSchema>;

const volumeSchema = z.looseObject({
  name: z.string(),
  emptyDir: z.looseObject({ sizeLimit: z.string().optional() }).optional(),
  secret: z.looseObject({ secretName: z.string() }).optional(),
  configMap: z.looseObject({ name: z.string() }).optional(),
  hostPath: z.unknown().optional(),
});

const podSpecSchema = z.looseObject({
  serviceAccountName: z.string().optional(),
  automountServiceAccountToken: z.boolean().optional(),
  hostNetwork: z.boolean().optional(),
  hostPID: z.boolean().optional(),
  hostIPC: z.boolean().optional(),
  terminationGracePeriodSeconds: z.number().optional(),
  topologySpreadConstraints: z.array(z.looseObject({ topologyKey: z.string() })).default([]),
  securityContext: z
    .looseObject({
      runAsNonRoot: z.boolean().optional(),
      runAsUser: z.number().optional(),
      seccompProfile: z.looseObject({ type: z.string() }).optional(),
    })
    .default({}),
  initContainers: z.array(containerSchema).default([]),
  containers: z.array(containerSchema),
  volumes: z.array(volumeSchema).default([]),
});

const workloadSchema = z.looseObject({
  kind: z.enum(['Deployment', 'Job']),
  metadata,
  spec: z.looseObject({
    replicas: z.number().optional(),
    template: z.looseObject({ metadata: z.looseObject({ labels }), spec: podSpecSchema }),
  }),
});

/** Something that makes pods. */
export interface Workload {
  readonly kind: 'Deployment' | 'Job';
  readonly name: string;
  readonly component: string;
  readonly podLabels: Readonly<Record<string, string>>;
  readonly replicas: number | undefined;
  readonly pod: z.infer<typeof podSpecSchema>;
  readonly containers: readonly Container[];
}

export const COMPONENT = 'app.kubernetes.io/component';

export function workloadsOf(manifests: readonly Manifest[]): Workload[] {
  return manifests
    .filter(({ kind }) => kind === 'Deployment' || kind === 'Job')
    .map((manifest) => {
      const { kind, metadata: own, spec } = workloadSchema.parse(manifest);
      const { metadata: ofPods, spec: pod } = spec.template;
      return {
        kind,
        name: own.name,
        component: ofPods.labels[COMPONENT] ?? '',
        podLabels: ofPods.labels,
        replicas: spec.replicas,
        pod,
        containers: [...pod.initContainers, ...pod.containers],
      };
    });
}

const configMapSchema = z.looseObject({ metadata, data: z.record(z.string(), z.string()).default({}) });

/** name → data */
export function configMapsOf(manifests: readonly Manifest[]): ReadonlyMap<string, Readonly<Record<string, string>>> {
  return new Map(
    manifests
      .filter(({ kind }) => kind === 'ConfigMap')
      .map((manifest) => configMapSchema.parse(manifest))
      .map((configMap) => [configMap.metadata.name, configMap.data]),
  );
}

/** The objects of one kind, read by a schema. */
export const objectsOf = <T extends z.ZodType>(
  manifests: readonly Manifest[],
  kind: string,
  schema: T,
): z.output<T>[] => manifests.filter((manifest) => manifest.kind === kind).map((manifest) => schema.parse(manifest));
