import type {
  ChangesAnswer,
  EnrolTerminalAnswer,
  EnrolTerminalRequest,
  FeedItem,
  TerminalTokenAnswer,
  TerminalTokenRequest,
  UploadAnswer,
} from '@nexus/contracts';
import type { SignedUpload } from '@nexus/journal';

/** A page of the snapshot; `next` absent on the last. */
export interface SnapshotPage {
  readonly items: readonly FeedItem[];
  readonly next?: string | undefined;
  readonly cursor: string;
}

/** The way to the platform. Every method rejects with `TransportError`. */
export interface Transport {
  enrol(request: EnrolTerminalRequest): Promise<EnrolTerminalAnswer>;
  nonce(keyId: string): Promise<string>;
  token(request: TerminalTokenRequest): Promise<TerminalTokenAnswer>;
  upload(upload: SignedUpload): Promise<UploadAnswer>;
  snapshot(accessToken: string, after: string | undefined): Promise<SnapshotPage>;
  changes(accessToken: string, after: string): Promise<ChangesAnswer>;
  /** Calls `onNudge` each time the feed moved; ends with the signal, rejects when the line is lost. */
  nudges(accessToken: string, onNudge: () => void, signal: AbortSignal): Promise<void>;
}

/**
 * `unreachable`: no answer, or one that says try again later (5xx, 429); `refused`: an answer that trying again will not
 * change; `unauthorized`: the access token is not valid (any more); `restart-feed`: the cursor is from another epoch.
 */
export type TransportFailure = 'unreachable' | 'refused' | 'unauthorized' | 'restart-feed';

export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly failure: TransportFailure;
  /** Problem code of the platform, where it gave one. */
  readonly code: string | undefined;

  constructor(failure: TransportFailure, message: string, options?: { code?: string; cause?: unknown }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.failure = failure;
    this.code = options?.code;
  }
}
