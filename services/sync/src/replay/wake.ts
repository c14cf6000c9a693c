/** What the relay is told after a commit: a terminal has entries that consumers have not taken. */
export interface ReplayNews {
  readonly tenantId: string;
  readonly terminalId: string;
  /** New numbered or waiting entries. */
  readonly entries: number;
  /** The till said that it holds more and will send it: waking the replay can wait a little for that. */
  readonly moreComing: boolean;
}

/** Who is told. Must not throw; what it forgets, the sweep finds in the database. */
export interface ReplayNotifier {
  note(news: ReplayNews): void;
}
