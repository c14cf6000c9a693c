import { z } from 'zod';
import { uuid } from './common.ts';

/**
 * What a person or a device may do. Permissions are data in identity, given by role bundles in a scope
 * (chain, legal entity or branch); tokens carry the resolved list.
 */
export const PERMISSIONS = [
  'chain:read',
  'chain:manage',
  'staff:read',
  'staff:manage',
  'terminals:read',
  'terminals:manage',
  'catalog:read',
  'catalog:manage',
  'sales:read',
  'sales:rebuild',
  'stock:read',
  'stock:manage',
  'exceptions:read',
  'exceptions:settle',
  'journal:read',
  'journal:import',
  'audit:read',
  'messages:manage',
  'till:operate',
  'platform:operate',
] as const;
export const permission = z.enum(PERMISSIONS);
export type Permission = z.infer<typeof permission>;

const everything = PERMISSIONS.filter((p) => p !== 'platform:operate' && p !== 'till:operate');
const manager: Permission[] = [
  'chain:read',
  'staff:read',
  'staff:manage',
  'terminals:read',
  'terminals:manage',
  'catalog:read',
  'sales:read',
  'stock:read',
  'stock:manage',
  'exceptions:read',
  'exceptions:settle',
  'journal:read',
];

/** Ready bundles. `platform-operator` stands above tenants and belongs to an organization of its own. */
export const ROLE_BUNDLES = {
  owner: everything,
  'area-manager': manager,
  manager,
  supervisor: [
    'chain:read',
    'staff:read',
    'terminals:read',
    'catalog:read',
    'sales:read',
    'stock:read',
    'exceptions:read',
    'exceptions:settle',
  ],
  cashier: ['chain:read', 'catalog:read'],
  'stock-keeper': ['chain:read', 'catalog:read', 'stock:read', 'stock:manage'],
  accountant: [
    'chain:read',
    'catalog:read',
    'sales:read',
    'stock:read',
    'exceptions:read',
    'exceptions:settle',
    'journal:read',
    'audit:read',
  ],
  auditor: [
    'chain:read',
    'staff:read',
    'terminals:read',
    'catalog:read',
    'sales:read',
    'stock:read',
    'exceptions:read',
    'journal:read',
    'audit:read',
  ],
  'platform-operator': ['platform:operate'],
} as const satisfies Record<string, readonly Permission[]>;
export const roleName = z.enum(
  Object.keys(ROLE_BUNDLES) as [keyof typeof ROLE_BUNDLES, ...(keyof typeof ROLE_BUNDLES)[]],
);
export type RoleName = z.infer<typeof roleName>;

/** Where a role holds. */
export const roleScope = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('chain') }),
  z.strictObject({ kind: z.literal('legal-entity'), id: uuid }),
  z.strictObject({ kind: z.literal('branch'), id: uuid }),
]);
export type RoleScope = z.infer<typeof roleScope>;
