import type { Permission } from '@nexus/contracts';

export const PAGES = ['today', 'sales', 'products', 'stock', 'exceptions', 'terminals'] as const;
export type PageId = (typeof PAGES)[number];

export interface MenuItem {
  readonly id: PageId;
  readonly href: string;
  /** What the page's first question asks of the bearer: without it the page could only say no. */
  readonly needs: Permission;
}

const MENU: readonly MenuItem[] = [
  { id: 'today', href: '/', needs: 'sales:read' },
  { id: 'sales', href: '/sales', needs: 'sales:read' },
  { id: 'products', href: '/products', needs: 'catalog:read' },
  { id: 'stock', href: '/stock', needs: 'stock:read' },
  { id: 'exceptions', href: '/exceptions', needs: 'exceptions:read' },
  { id: 'terminals', href: '/terminals', needs: 'terminals:read' },
];

/** The pages a person may see, in order. The services check again: this only spares people doors that do not open. */
export const menuFor = (permissions: readonly Permission[]): MenuItem[] =>
  MENU.filter(({ needs }) => permissions.includes(needs));

/** Which item a path belongs to: `/sales/0193…` → sales. Null where it is none of the menu's. */
export const itemOf = (path: string): MenuItem | null =>
  MENU.find(({ href }) => (href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`))) ?? null;
