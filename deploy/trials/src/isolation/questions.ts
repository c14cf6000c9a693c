import { expect, test } from '@jest/globals';
import * as contracts from '@nexus/contracts';
import { auditEventLog, readEvents, rpcSubject, SERVICES, type RpcDefinition } from '@nexus/contracts';
import { connect } from '@nats-io/transport-node';
import { z } from 'zod';
import { valueFor } from '../routes.ts';
import { leaks, type World } from './world.ts';

const isRpc = (value: unknown): value is RpcDefinition =>
  typeof value === 'object' && value !== null && 'request' in value && 'reply' in value && 'scope' in value;

/** Every question that a tenant's subject may carry: the contracts' own, and those that each service answers. */
const questions = [
  ...(Object.values(contracts) as unknown[]).filter(isRpc),
  ...SERVICES.flatMap((service) => [readEvents(service), auditEventLog(service)]),
].filter(({ scope }) => scope === 'tenant');

export function questionsSuite(world: () => World): void {
  test('no question in A’s subject with B’s ids is answered with anything of B', async () => {
    const { platform, a, targets } = world();
    const { username, password, host } = new URL(platform.engines.nats.url);
    const connection = await connect({ servers: host, user: username, pass: password });
    const wrong: string[] = [];
    try {
      for (const question of questions) {
        const schema = z.toJSONSchema(question.request) as Record<string, unknown>;
        const subject = rpcSubject(question.service, a.tenant.id, question.name);
        for (const id of targets) {
          const request = JSON.stringify(valueFor(schema, {}, id));
          const reply = await connection.request(subject, request, { timeout: 60_000 });
          const found = leaks(world(), reply.string(), id);
          if (found.length > 0) wrong.push(`${question.service}.${question.name} told ${found[0] ?? ''}`);
        }
      }
    } finally {
      await connection.close();
    }
    expect(questions.length).toBeGreaterThan(10);
    expect([...new Set(wrong)]).toEqual([]);
  });
}
