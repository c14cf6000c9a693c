import { z } from 'zod';
import { ENGINES } from '../arrows/arrows.ts';
import { COMPONENT, objectsOf, type Manifest } from '../chart/manifests.ts';

const selector = z.looseObject({ matchLabels: z.record(z.string(), z.string()).default({}) });
const peerSchema = z.looseObject({ podSelector: selector.optional(), namespaceSelector: selector.optional() });
const ports = z.array(z.looseObject({ protocol: z.string(), port: z.number() }));
const policySchema = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    podSelector: selector,
    policyTypes: z.array(z.string()),
    ingress: z.array(z.looseObject({ from: z.array(peerSchema), ports })).default([]),
    egress: z.array(z.looseObject({ to: z.array(peerSchema), ports })).default([]),
  }),
});
type NetworkPolicy = z.infer<typeof policySchema>;
type Peer = z.infer<typeof peerSchema>;

/** Peers of the world outside the release, as the values name them. */
export const networkValuesSchema = z.looseObject({
  dns: z.array(peerSchema),
  ingressController: z.array(peerSchema),
  prometheus: z.array(peerSchema),
  engines: z.record(z.enum(ENGINES), z.looseObject({ port: z.number(), to: z.array(peerSchema) })),
});
export type NetworkValues = z.infer<typeof networkValuesSchema>;

/** `sales → pgbouncer:6432`, `ingress → edge:8080`: what may open a connection to what. */
export interface AllowedArrows {
  /** Allowed on both sides, where both are ours. */
  readonly arrows: ReadonlySet<string>;
  /** Allowed on one side only: of no use. */
  readonly halves: readonly string[];
  /** Components that some policy keeps closed unless told otherwise. */
  readonly closed: boolean;
}

/** Reads the arrows out of the rendered policies. A peer that is in no table is an error: it allows what nobody meant. */
export function allowedArrows(manifests: readonly Manifest[], values: NetworkValues): AllowedArrows {
  const policies = objectsOf(manifests, 'NetworkPolicy', policySchema);
  const outside = peerNames({ dns: values.dns, ...mapOf(values.engines) });
  const inbound = peerNames({ ingress: values.ingressController, prometheus: values.prometheus });
  const [out, into] = [new Set<string>(), new Set<string>()];
  for (const policy of policies) {
    const own = policy.spec.podSelector.matchLabels[COMPONENT];
    if (own === undefined) continue;
    for (const rule of policy.spec.egress) {
      for (const { port } of rule.ports) out.add(`${own} → ${outside(rule.to)}:${port}`);
    }
    for (const rule of policy.spec.ingress) {
      for (const { port } of rule.ports) into.add(`${inbound(rule.from)} → ${own}:${port}`);
    }
  }
  const ours = new Set(
    policies.map(({ spec }) => spec.podSelector.matchLabels[COMPONENT]).filter((name) => name !== undefined),
  );
  const ends = (arrow: string) => /^(\S+) → (\S+):\d+$/.exec(arrow)?.slice(1) ?? [];
  const inside = (arrow: string) => ends(arrow).every((end) => ours.has(end));
  return {
    arrows: new Set([...out, ...into].filter((arrow) => !inside(arrow) || (out.has(arrow) && into.has(arrow)))),
    halves: [...out, ...into].filter((arrow) => inside(arrow) && !(out.has(arrow) && into.has(arrow))),
    closed: policies.some(deniesAll),
  };
}

/** Selects every pod of the release and allows nothing. */
function deniesAll({ spec }: NetworkPolicy): boolean {
  return (
    spec.podSelector.matchLabels[COMPONENT] === undefined &&
    spec.ingress.length === 0 &&
    spec.egress.length === 0 &&
    ['Ingress', 'Egress'].every((type) => spec.policyTypes.includes(type))
  );
}

const mapOf = (engines: NetworkValues['engines']): Record<string, Peer[]> =>
  Object.fromEntries(Object.entries(engines).map(([name, { to }]) => [name, to]));

/** A component of the release, or somebody of the table. */
function peerNames(table: Readonly<Record<string, Peer[]>>): (peers: readonly Peer[]) => string {
  const known = new Map(Object.entries(table).map(([name, peers]) => [canonical(peers), name]));
  return (peers) => {
    const [peer, ...others] = peers;
    const isOurs = others.length === 0 && peer?.namespaceSelector === undefined;
    const name = (isOurs ? peer?.podSelector?.matchLabels[COMPONENT] : undefined) ?? known.get(canonical(peers));
    if (name === undefined) throw new Error(`a policy lets ${canonical(peers)} through, which is nobody we know`);
    return name;
  };
}

/** The same text for the same peers: Helm sorts their keys. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
