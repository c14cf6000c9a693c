import { writeSetting } from '../store/settings.ts';
import { factsOf, type TillContext } from '../till-context.ts';
import { businessDateAt } from './business-date.ts';
import { recordCash } from './cash.ts';
import type { OpenShift } from './shift.ts';

export interface OpenShiftRequest {
  readonly cashier: string;
  /** Cash in the drawer at the start, minor units. */
  readonly floatMinor: number;
  readonly drawer?: string;
  /** Left out: by the branch's zone and day cut-off. */
  readonly businessDate?: string;
}
export type OpenShiftResult =
  | { readonly ok: true; readonly shift: OpenShift }
  | { readonly ok: false; readonly reason: 'shift-open' | 'float-negative' };

const DEFAULT_DRAWER = 'D1';

/** Opens a shift and fixes its business date. A drawer new to this till is assigned by an entry of its own first. */
export const openShift = async (ctx: TillContext, request: OpenShiftRequest): Promise<OpenShiftResult> => {
  const { state, ports } = ctx;
  if (state.shift) return { ok: false, reason: 'shift-open' };
  if (request.floatMinor < 0) return { ok: false, reason: 'float-negative' };
  const { branch } = factsOf(state);
  const now = ports.clock.nowMs();
  const shift: OpenShift = {
    id: ctx.journal.newId(),
    businessDate: request.businessDate ?? businessDateAt(now, branch.zone, branch.dayCutoffMinutes),
    openedAt: now,
    drawer: request.drawer ?? state.drawer ?? DEFAULT_DRAWER,
    cashier: request.cashier,
    currency: branch.currency,
  };
  await ctx.journal.write(
    async (tx) => {
      if (shift.drawer !== state.drawer) {
        await tx.append({ kind: 'drawer-assigned', body: {}, shift });
        await writeSetting(tx, 'drawer', shift.drawer);
      }
      const body = { float: request.floatMinor, cur: shift.currency };
      const entry = await tx.append({ kind: 'shift-open', body, shift });
      await tx.run(
        'INSERT INTO shift (id, business_date, opened_at, drawer, cashier, currency) VALUES (?, ?, ?, ?, ?, ?)',
        [shift.id, shift.businessDate, shift.openedAt, shift.drawer, shift.cashier, shift.currency],
      );
      await recordCash(tx, shift, { entry: entry.id, kind: 'shift-open', amount: request.floatMinor, at: entry.at });
    },
    () => {
      state.shift = shift;
      state.drawer = shift.drawer;
    },
  );
  return { ok: true, shift };
};
