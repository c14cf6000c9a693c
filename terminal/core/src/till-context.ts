import type { EnrolTerminalAnswer, TaxGroupFacts } from '@nexus/contracts';
import type { JournalWriter } from './journal/journal-writer.ts';
import type { TillPorts } from './ports/ports.ts';
import type { OpenShift } from './shift/shift.ts';
import type { Store } from './store/store.ts';

/** What enrolment told this terminal, kept fresh by the feed. */
export type TillFacts = Omit<EnrolTerminalAnswer, 'serverTime'>;

/**
 * What every use case of a till gets as its first argument. The changing parts are what the database holds, kept at
 * hand; they are set only after the transaction that changed them has committed.
 */
export interface TillContext {
  readonly ports: TillPorts;
  readonly store: Store;
  readonly journal: JournalWriter;
  readonly state: TillState;
}

export interface TillState {
  facts: TillFacts | null;
  shift: OpenShift | null;
  drawer: string | null;
  /** By code. */
  taxGroups: ReadonlyMap<string, TaxGroupFacts>;
  /** Catalogue revision that the local copy has reached. */
  catalogueRevision: number;
  /** Server time minus device time, milliseconds, as last measured. */
  serverOffsetMs: number | null;
}

export class NotEnrolledError extends Error {
  override readonly name = 'NotEnrolledError';
}

/** A till that is not enrolled writes nothing: that is a bug of the caller. */
export const factsOf = (state: TillState): TillFacts => {
  if (!state.facts) throw new NotEnrolledError('this till is not enrolled yet');
  return state.facts;
};
