/** Who may import whom: the one place where the direction of imports is written down. Tags stand in each `package.json`. */

interface Constraint {
  readonly sourceTag: string;
  readonly onlyDependOnLibsWithTags: readonly string[];
  readonly allowedExternalImports?: readonly string[];
}

const DOMAIN = 'layer:domain';
const CONTRACTS = 'layer:contracts';
// Lowest first; temporal-kit and messaging stand beside each other, service-kit composes them all.
const KITS = ['kit:telemetry', 'kit:tenancy-db', 'kit:temporal-kit', 'kit:messaging', 'kit:service-kit'];
const below = (kit: string): readonly string[] => KITS.slice(0, KITS.indexOf(kit));

const LAYERS: Readonly<Record<string, readonly string[]>> = {
  [DOMAIN]: [DOMAIN],
  [CONTRACTS]: [DOMAIN],
  'kit:telemetry': [CONTRACTS, DOMAIN],
  'kit:tenancy-db': [...below('kit:tenancy-db'), CONTRACTS, DOMAIN],
  'kit:messaging': ['kit:telemetry', 'kit:tenancy-db', CONTRACTS, DOMAIN],
  'kit:service-kit': [...below('kit:service-kit'), CONTRACTS, DOMAIN],
  'kit:temporal-kit': ['kit:telemetry', 'kit:tenancy-db', CONTRACTS, DOMAIN],
  // No service among them: a service never imports another.
  'layer:service': [...KITS, CONTRACTS, DOMAIN],
  'layer:workflows': ['kit:telemetry', 'kit:messaging', 'kit:service-kit', 'kit:temporal-kit', CONTRACTS, DOMAIN],
  // It stands in front of everything and may be reached by anybody: no database, no engine's client, no service.
  'layer:edge': ['kit:telemetry', CONTRACTS, DOMAIN],
  'layer:terminal-core': [CONTRACTS, DOMAIN],
  'layer:terminal-headless': ['layer:terminal-core', CONTRACTS, DOMAIN],
  'layer:backoffice': [CONTRACTS, DOMAIN],
  'layer:cli': ['layer:terminal-headless', 'layer:deploy', CONTRACTS, DOMAIN],
  // Compositions: they start everything and are imported by nobody but the command and the testkit.
  'layer:deploy': [
    'layer:deploy',
    'layer:service',
    'layer:workflows',
    'layer:edge',
    'layer:cli',
    'layer:terminal-core',
    'layer:terminal-headless',
    ...KITS,
    CONTRACTS,
    DOMAIN,
  ],
  'layer:testkit': ['layer:testkit', 'layer:deploy', CONTRACTS, DOMAIN],
};

/** Libraries that the pure layers may use; what is not named needs a decision first. */
const PURE_LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  [DOMAIN]: ['@noble/hashes', '@noble/hashes/*', '@noble/curves', '@noble/curves/*'],
  [CONTRACTS]: ['zod'],
};

export const sourceConstraints: readonly Constraint[] = Object.entries(LAYERS).map(([sourceTag, tags]) => ({
  sourceTag,
  onlyDependOnLibsWithTags: tags,
  ...(PURE_LIBRARIES[sourceTag] && { allowedExternalImports: PURE_LIBRARIES[sourceTag] }),
}));

/** Tests may use the testkit too, and any library. */
export const testConstraints: readonly Constraint[] = Object.entries(LAYERS).map(([sourceTag, tags]) => ({
  sourceTag,
  onlyDependOnLibsWithTags: [...tags, 'layer:testkit'],
}));

/**
 * What a workflow file may import for use at run time: it is replayed, so nothing that reads a clock, a disk or a
 * network. Types of activities are allowed, the activities are not.
 */
export const workflowImports = {
  patterns: [
    {
      regex: String.raw`^(?!\.{1,2}/|@nexus/(contracts/workflows|money|pricing|journal)$|@temporalio/workflow$)`,
      allowTypeImports: true,
      message:
        'A workflow imports @nexus/contracts/workflows (no schemas in the sandbox), domain and @temporalio/workflow; of anything else only types.',
    },
    {
      regex: String.raw`^\.{1,2}/.*(activities|config|worker|main)\b`,
      allowTypeImports: true,
      message: 'A workflow calls activities through proxyActivities and imports only their types.',
    },
  ],
};

/** Code that also runs in a browser or on a till's device. */
export const portableImports = {
  patterns: [
    {
      regex: '^node:',
      message: 'This code also runs in a browser and on a device: no Node modules. Use a port.',
    },
  ],
};
