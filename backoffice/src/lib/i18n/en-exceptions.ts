import type { ExceptionKind } from '@nexus/contracts';
import { many } from './many.ts';

/** What the page of exceptions says: exceptions themselves, and messages that failed for good. */
export const exceptionsInEnglish = {
  failedMessages: {
    title: 'Messages that could not be taken in',
    intro: 'Parts of the platform tell each other what happened. These were set aside; all others went on.',
    from: (source: string, service: string) => `From ${source} to ${service}`,
    tries: (n: number, shown: string) => many(n, 'try', 'tries', shown),
    retryAll: 'Try all again',
    trying: 'Trying…',
    digested: 'The message was taken in.',
    failedAgain: (error: string) => `It failed again: ${error}`,
    allTried: (digested: string, failed: string) => `${digested} taken in, ${failed} failed again.`,
    partial: (services: string) => `Messages set aside by ${services} are not shown: no answer.`,
    more: 'There are more; they follow when these are taken in.',
  },
  exceptions: {
    title: 'Exceptions',
    intro:
      'What does not add up and waits for a person. Nothing is lost meanwhile: the tills’ entries are kept as they came.',
    open: 'Open',
    all: 'All',
    show: 'Show',
    kind: 'Kind',
    allKinds: 'All kinds',
    empty: 'Nothing waits for you',
    emptyHint: 'Everything adds up. New exceptions appear here by themselves.',
    noMatch: 'None of this kind',
    noMatchHint: 'Choose another kind or branch.',
    severities: { info: 'Note', warning: 'Warning', error: 'Serious' },
    services: { sync: 'Journal', sales: 'Sales', inventory: 'Stock', catalog: 'Catalogue', identity: 'Chain' },
    raised: 'Raised',
    settle: 'Settle',
    settled: 'Settled',
    settledBy: (who: string, when: string) => `Settled by ${who}, ${when}`,
    byItself: 'Nexus',
    settleTitle: 'Settle this exception',
    settleHint: 'Write what you found or did. It stays with the exception and your name.',
    note: 'Note',
    noteMissing: 'Write a note of at least one word.',
    settling: 'Settling…',
    details: 'Details',
    partial: (services: string) => `Without the exceptions of ${services}, which did not answer.`,
    chainWide: 'Whole chain',
    tillLabel: 'Terminal',
    subject: 'About',
    kinds: {
      'line-unreadable': [
        'Unreadable entry',
        'A line of a till’s journal could not be read. Its bytes are kept. Have the till’s app checked.',
      ],
      'version-unknown': [
        'Entry of an unknown version',
        'A till writes a newer journal than this platform reads. Update the platform; the entry is kept.',
      ],
      'kind-unknown': [
        'Entry of an unknown kind',
        'A till wrote something this platform does not know yet. It is kept.',
      ],
      'entry-misplaced': [
        'Entry in the wrong place',
        'An entry names another terminal or sequence than the upload that brought it.',
      ],
      'chain-broken': [
        'Broken chain',
        'An entry does not follow from the one before it. Ask whether the till’s storage was restored or changed.',
      ],
      gap: ['Missing entries', 'Entries of a till are missing. Bring the till online, or import its journal file.'],
      fork: [
        'Two journals of one till',
        'A till was cloned or restored: two entries have the same place. Both are kept and both count. Take one of the devices out.',
      ],
      'chain-unannounced': [
        'Unannounced journal',
        'A till began a journal that nobody announced. Ask whether it was set up anew.',
      ],
      'terminal-revoked': [
        'Sales from a revoked till',
        'A revoked till delivered entries. They wait until somebody releases them.',
      ],
      'clock-off': ['Clock is off', 'A till’s clock was far from the server’s. Check its date and time.'],
      'recomputation-differs': [
        'Till and server disagree',
        'The server computed another total than the till. Check the sale.',
      ],
      'return-without-original': ['Return without a sale', 'Goods were brought back without a receipt.'],
      'return-exceeds-original': [
        'More returned than sold',
        'More was brought back than the original sale had. Check for repeated refunds.',
      ],
      'original-not-here-yet': [
        'Original sale not here yet',
        'A return points at a sale that has not arrived. It closes itself when the sale does.',
      ],
      'void-of-unknown': ['Void of an unknown sale', 'A void points at a transaction that is not here.'],
      'duplicate-entry-id': ['Entry id used twice', 'Two entries carry the same id. Both are kept.'],
      'receipt-gap': ['Missing receipt number', 'A series of receipts has a hole.'],
      'stock-below-zero': ['Stock below zero', 'More was sold than the books had. Count the shelf.'],
      'message-failed': [
        'Message could not be applied',
        'A message between two parts of the platform failed for good. Report the code to support.',
      ],
      'reconciliation-differs': [
        'Books do not agree',
        'Journal, sales and stock differ for a branch. Open the details.',
      ],
      'product-unknown': ['Unknown product', 'A sale names a product that the catalogue does not have.'],
      'branch-mismatch': ['Wrong branch', 'An entry names another branch than its terminal stands in.'],
    } satisfies Record<ExceptionKind, readonly [string, string]>,
  },
};
