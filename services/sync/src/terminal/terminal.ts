/** A terminal as sync keeps it; read under its row's lock whenever its journal is written. */
export interface Terminal {
  readonly id: string;
  readonly branch: string | null;
  readonly revoked: boolean;
  /** Last number given; the next entry gets the one after. */
  readonly number: number;
  /** First number that waits for a release because it came after the revocation. */
  readonly heldFrom: number | null;
  /** Stored lines without a number yet. */
  readonly waiting: number;
  /** Device time of the header whose head and unsent amount are kept, epoch milliseconds. */
  readonly reportedAt: number;
}

/** The last number that consumers may take. */
export const takeableNumber = (terminal: Pick<Terminal, 'number' | 'heldFrom'>): number =>
  terminal.heldFrom === null ? terminal.number : Math.min(terminal.number, terminal.heldFrom - 1);
