import { proofTable, tableOf, type Proof } from '@nexus/cli';
import type { Replacement } from './cluster/deployment.ts';
import type { Heard } from './load/price-changes.ts';
import type { Sold } from './load/selling.ts';
import type { Count, Failure } from './request-log.ts';

export interface ReplacementRow extends Replacement, Count {
  readonly round: number;
}

/** What a run has seen. */
export interface Seen {
  readonly replacements: readonly ReplacementRow[];
  readonly total: Count;
  readonly clients: readonly (readonly [string, Count])[];
  readonly failures: readonly Failure[];
  readonly signedUp: { readonly begun: number; readonly made: number };
  readonly heard: Heard;
  readonly sold: Sold;
  readonly proof: Proof;
  /** Times at which a pod that had been ready was not, without having been told to stop. */
  readonly unready: number;
  /** Pods that did not end well when all was over. */
  readonly badEndings: readonly string[];
  readonly seconds: number;
}

/** Everything that must not be. Nothing: the change went unnoticed. */
export function troublesOf(seen: Seen): string[] {
  const { total, replacements, signedUp, heard, sold, proof } = seen;
  const { totals } = proof;
  const troubles: string[] = [];
  const unless = (fine: boolean, trouble: string): void => {
    if (!fine) troubles.push(trouble);
  };
  unless(total.requests > 0, 'nobody asked for anything');
  unless(total.failed === 0, `${total.failed} of ${total.requests} requests failed`);
  for (const { process, ending, from } of replacements) {
    const what = `${process} (${from.pid})`;
    if (ending.killed) troubles.push(`${what} did not stop within its grace and was killed`);
    else unless(ending.how === 'exited with 0', `${what} ${ending.how}`);
  }
  troubles.push(...seen.badEndings);
  unless(seen.unready === 0, `pods fell out of readiness ${seen.unready} times`);
  unless(
    signedUp.made === signedUp.begun,
    `${signedUp.begun - signedUp.made} of ${signedUp.begun} chains were not made`,
  );
  unless(heard.lost === 0, `${heard.lost} of ${heard.changes} changes did not reach every till that listens`);
  unless(heard.changes > 0, 'no till heard of anything');
  unless(sold.sales > 0, 'nothing was sold');
  unless(totals.sales === sold.sales, `${sold.sales} sales were made, ${totals.sales} are in the books`);
  unless(totals.saleLines === sold.lines, `${sold.lines} lines were sold, ${totals.saleLines} are in the books`);
  unless(
    totals.grossSalesMinor === sold.gross,
    `${sold.gross} was taken, ${totals.grossSalesMinor} is in the books (minor units)`,
  );
  unless(totals.gaps === 0 && totals.forks === 0, `${totals.gaps} gaps and ${totals.forks} forks in the journal`);
  unless(totals.exceptions === 0, `${totals.exceptions} exceptions for people to look at`);
  for (const { name, detail } of proof.invariants.filter(({ holds }) => !holds)) troubles.push(`${name}: ${detail}`);
  return troubles;
}

const HEAD = ['', 'old', 'new', 'ready', 'stopped', 'exit', 'requests', 'failed'];

/** For people: what happened to each process, who asked how much, the proof, and what is wrong. */
export function reportText(seen: Seen): string {
  const rows = seen.replacements.map(({ process, from, to, readyMs, ending, requests, failed }) => [
    process,
    `${from.pid} ${from.version}`,
    `${to.pid} ${to.version}`,
    inSeconds(readyMs),
    inSeconds(ending.ms),
    ending.killed ? 'killed' : ending.how.replace('exited with ', ''),
    requests,
    failed,
  ]);
  const { signedUp, heard, sold, total } = seen;
  const troubles = troublesOf(seen);
  return [
    tableOf(HEAD, rows),
    tableOf(
      ['by whom', 'requests', 'failed'],
      [
        ...seen.clients.map(([client, count]) => [client, count.requests, count.failed]),
        ['all', total.requests, total.failed],
      ],
    ),
    ...seen.failures.map(
      ({ client, what, how, phase, atMs }) => `${inSeconds(atMs)} ${phase}: ${client} ${what}: ${how}`,
    ),
    proofTable(seen.proof),
    `${sold.sales} sales of ${sold.lines} lines were made and ${seen.proof.totals.sales} are in the books`,
    `${signedUp.made} of ${signedUp.begun} chains were made while a process was replaced`,
    `${heard.changes} changes of a price reached every till that listens, the slowest after ${inSeconds(heard.slowestMs)}`,
    ...(troubles.length === 0
      ? [`Every process was replaced and nobody noticed (${seen.seconds} s).`]
      : ['NOT UNNOTICED:', ...troubles.map((trouble) => `  ${trouble}`)]),
  ].join('\n');
}

export const reportJson = (seen: Seen): object => {
  const troubles = troublesOf(seen);
  return { unnoticed: troubles.length === 0, troubles, ...seen };
};

const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
