import {
  failedMessagePage,
  failedMessageRetriesAnswer,
  SERVICES,
  type FailedMessageRow,
  type ServiceName,
} from '@nexus/contracts';
import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { tableOf } from '../output/output.ts';
import type { ApiClient } from '../session/api-client.ts';
import { runs, type CommandIo } from './command-context.ts';

interface Flags {
  readonly tenant: string;
  readonly service?: string;
}
type ListedMessage = FailedMessageRow & { readonly service: ServiceName };

/** Rows that one run shows of a service; whoever has more has one trouble, not many. */
const MAX_ROWS = 1_000;
const PAGE = 200;
/** Portions of a retry; with 200 messages each, more than anybody waits for. */
const MAX_PORTIONS = 1_000;

/** What one service set aside, newest event first; `more` where it has more than are shown. */
export async function failedMessagesOf(
  api: ApiClient,
  service: ServiceName,
): Promise<{ messages: ListedMessage[]; more: boolean }> {
  const messages: ListedMessage[] = [];
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({ limit: String(PAGE), ...(cursor === undefined ? {} : { cursor }) });
    const path = `/api/${service}/failed-messages?${query.toString()}`;
    const page = await api.call({ path, response: failedMessagePage });
    messages.push(...page.items.map((row) => ({ service, ...row })));
    cursor = page.nextCursor;
  } while (cursor !== undefined && messages.length < MAX_ROWS);
  return { messages, more: cursor !== undefined };
}

export interface RetriedService {
  readonly service: ServiceName;
  readonly digested: number;
  readonly failed: number;
}

/** Tries all that one service set aside, once each. */
export async function retryMessagesOf(
  api: ApiClient,
  service: ServiceName,
  onPortion: (so: RetriedService) => void = () => undefined,
): Promise<RetriedService> {
  let sum: RetriedService = { service, digested: 0, failed: 0 };
  let after: string | undefined;
  for (let portion = 0; portion < MAX_PORTIONS; portion += 1) {
    const answer = await api.call({
      method: 'POST',
      path: `/api/${service}/failed-messages/retries`,
      body: { limit: PAGE, ...(after === undefined ? {} : { after }) },
      response: failedMessageRetriesAnswer,
      repeatable: true,
    });
    sum = { service, digested: sum.digested + answer.digested, failed: sum.failed + answer.failed };
    after = answer.next;
    if (after === undefined) return sum;
    onPortion(sum);
  }
  throw new CliError(`${service} still has messages to try; run the command again`);
}

function servicesOf(given: string | undefined): readonly ServiceName[] {
  if (given === undefined) return SERVICES;
  const service = SERVICES.find((name) => name === given);
  if (service === undefined) throw new CliError(`${given} is no service; there are ${SERVICES.join(', ')}`);
  return [service];
}

export function addMessagesCommands(program: Command, io: CommandIo & { exit: (code: number) => void }): void {
  const messages = program.command('messages').description('events that a service could not digest and set aside');
  const withFlags = (command: Command): Command =>
    command
      .requiredOption('--tenant <slug>', 'chain')
      .option('--service <name>', `only of this service (${SERVICES.join(', ')})`);

  runs<Flags>(
    withFlags(messages.command('list').description('what was set aside, newest event first')),
    io,
    async ({ enter, output }, flags) => {
      const services = servicesOf(flags.service);
      const { api } = await enter(flags.tenant);
      const found = await Promise.all(services.map((service) => failedMessagesOf(api, service)));
      const rows = found.flatMap((one) => one.messages);
      const more = found.some((one) => one.more);
      output.result({ messages: rows, more }, () =>
        rows.length === 0 ? 'nothing was set aside' : `${messageTable(rows)}${more ? '\nand more' : ''}`,
      );
    },
  );

  runs<Flags>(
    withFlags(
      messages.command('retry').description('try all that was set aside again; exits 1 if anything still fails'),
    ),
    io,
    async ({ enter, output }, flags) => {
      const services = servicesOf(flags.service);
      const { api, tenant } = await enter(flags.tenant);
      const retried: RetriedService[] = [];
      for (const service of services) {
        output.progress(`${service}: trying again what it set aside of ${tenant.name}`);
        const tell = (so: RetriedService): void =>
          output.progress(`${service}: ${so.digested} digested, ${so.failed} failed so far`);
        retried.push(await retryMessagesOf(api, service, tell));
      }
      const failed = retried.reduce((sum, one) => sum + one.failed, 0);
      output.result({ services: retried, failed }, () =>
        tableOf(
          ['service', 'digested', 'still failing'],
          retried.map((one) => [one.service, one.digested, one.failed]),
        ),
      );
      return failed === 0 ? 0 : 1;
    },
  );
}

const messageTable = (rows: readonly ListedMessage[]): string =>
  tableOf(
    ['service', 'from', 'kind', 'event', 'tries', 'last try', 'error'],
    rows.map((row) => [row.service, row.source, row.kind, row.event, row.attempts, row.failedAt, oneLine(row.error)]),
  );

const oneLine = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
};
