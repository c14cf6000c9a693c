import {
  NexusError,
  rpcSubject,
  type ReplyWithLines,
  type RpcDefinition,
  type RpcLinesDefinition,
} from '@nexus/contracts';
import { injectTrace } from '@nexus/telemetry';
import { headers, NoRespondersError, RequestError, TimeoutError } from '@nats-io/transport-node';
import type { z } from 'zod';
import type { NatsLink } from '../nats-link.ts';
import type { AnswerHere } from './neighbours.ts';
import { readAnswer } from './wire.ts';

/**
 * Asks another service, over NATS or, where it runs in this process, directly. Waits as long as the definition says; no
 * answer or nobody there is NX-3004 or NX-3001, an error of the other side comes back as the NexusError that it was.
 */
export async function callRpc<Q extends z.ZodType, A extends z.ZodType>(
  nats: NatsLink,
  definition: RpcDefinition<Q, A>,
  tenantId: string | null,
  request: z.input<Q>,
): Promise<z.infer<A>> {
  return (await askRpc(nats, definition, tenantId, request)).reply;
}

/** The same for a question whose definition `carriesLines`. */
export const callRpcForLines = <Q extends z.ZodType, A extends z.ZodType>(
  nats: NatsLink,
  definition: RpcLinesDefinition<Q, A>,
  tenantId: string | null,
  request: z.input<Q>,
): Promise<ReplyWithLines<z.infer<A>>> => askRpc(nats, definition, tenantId, request);

async function askRpc<Q extends z.ZodType, A extends z.ZodType>(
  nats: NatsLink,
  definition: RpcDefinition<Q, A>,
  tenantId: string | null,
  request: z.input<Q>,
): Promise<ReplyWithLines<z.infer<A>>> {
  const here = nats.neighbours?.find(definition);
  const answer =
    here === undefined
      ? await askOverNats(nats, definition, tenantId, request)
      : await askHere(here, definition, tenantId, request);
  const reply = definition.reply.safeParse(answer.reply);
  if (!reply.success)
    throw new NexusError(
      'NX-1000',
      `${whoOf(definition)} answered out of contract: ${reply.error.message.slice(0, 500)}`,
    );
  return { reply: reply.data, lines: answer.lines };
}

const whoOf = ({ service, name }: RpcDefinition): string => `${service}.${name}`;

async function askOverNats(
  nats: NatsLink,
  definition: RpcDefinition,
  tenantId: string | null,
  request: unknown,
): Promise<ReplyWithLines<unknown>> {
  const connection = await nats.connection();
  const carried = headers();
  for (const [key, value] of Object.entries(injectTrace())) carried.set(key, value);
  const subject = rpcSubject(definition.service, tenantId, definition.name);
  const message = await connection
    .request(subject, JSON.stringify(request), { timeout: definition.timeoutMs, headers: carried })
    .catch((error: unknown) => {
      if (error instanceof TimeoutError) throw late(definition, error);
      const nobody = error instanceof NoRespondersError || (error instanceof RequestError && error.isNoResponders());
      const what = nobody ? 'is not running' : 'could not be asked';
      throw new NexusError('NX-3001', `${whoOf(definition)} ${what}`, { cause: error });
    });
  return readAnswer(definition, message.data);
}

async function askHere(
  here: AnswerHere,
  definition: RpcDefinition,
  tenantId: string | null,
  request: unknown,
): Promise<ReplyWithLines<unknown>> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late(definition)), definition.timeoutMs);
  });
  try {
    return await Promise.race([here(tenantId, request), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

const late = (definition: RpcDefinition, cause?: unknown): NexusError =>
  new NexusError('NX-3004', `${whoOf(definition)} did not answer in time`, { cause });
