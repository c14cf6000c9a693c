import Boxes from '@lucide/svelte/icons/boxes';
import House from '@lucide/svelte/icons/house';
import MonitorSmartphone from '@lucide/svelte/icons/monitor-smartphone';
import Package from '@lucide/svelte/icons/package';
import ReceiptText from '@lucide/svelte/icons/receipt-text';
import TriangleAlert from '@lucide/svelte/icons/triangle-alert';
import type { PageId } from '../access/menu.ts';

export const PAGE_ICONS: Readonly<Record<PageId, typeof House>> = {
  today: House,
  sales: ReceiptText,
  products: Package,
  stock: Boxes,
  exceptions: TriangleAlert,
  terminals: MonitorSmartphone,
};
