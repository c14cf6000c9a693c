/** A tenant's life. `reserved`: the row and its slug exist; `failed`: all that was made has been removed, the slug is free again. */
export const TENANT_STATES = ['reserved', 'provisioning', 'ready', 'failed'] as const;
export type TenantState = (typeof TENANT_STATES)[number];

/** Which state may follow which. */
export const TENANT_TRANSITIONS = {
  reserved: ['provisioning', 'failed'],
  provisioning: ['ready', 'failed'],
  ready: [],
  failed: [],
} as const satisfies Record<TenantState, readonly TenantState[]>;

export const mayBecome = (from: TenantState, to: TenantState): boolean =>
  (TENANT_TRANSITIONS[from] as readonly TenantState[]).includes(to);

/** Alias of the organization whose members operate the platform. */
export const PLATFORM_SLUG = 'nexus-platform';

/** Slugs that no tenant may take: ours, and words that addresses of the platform use. */
const RESERVED_SLUGS: ReadonlySet<string> = new Set([
  PLATFORM_SLUG,
  'admin',
  'api',
  'app',
  'auth',
  'help',
  'login',
  'nexus',
  'platform',
  'status',
  'support',
  'www',
]);
export const isReservedSlug = (slug: string): boolean => RESERVED_SLUGS.has(slug);

/** Longest slug made from a name: room is left for a suffix. */
const MAX_DERIVED_SLUG = 40;

/** A slug from a chain's name: accents dropped, other signs become hyphens. `chain` where no letter is left. */
export function slugFromName(name: string): string {
  const folded = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, MAX_DERIVED_SLUG)
    .replace(/-+$/, '');
  if (folded.length < 2) return 'chain';
  return isReservedSlug(folded) ? `${folded}-chain` : folded;
}

/** The `n`th try for a slug that nobody asked for by name: `kente`, `kente-2`, `kente-3` … */
export const slugCandidate = (base: string, attempt: number): string => (attempt === 1 ? base : `${base}-${attempt}`);
