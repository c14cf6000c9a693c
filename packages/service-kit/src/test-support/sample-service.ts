import { defineEvent, uuid } from '@nexus/contracts';
import { onEvent } from '@nexus/messaging';
import { migration } from '@nexus/tenancy-db';
import { z } from 'zod';
import { noContent } from '../http/answer.ts';
import { defineRoute } from '../http/route.ts';
import { standardConfig } from '../service/standard-config.ts';
import { standardService, type Kit } from '../service/standard-service.ts';

/** A small service under the name of a real one, for this package's own tests: notes of a tenant. */

const note = z.object({ id: uuid, text: z.string() });

const notesMigration = migration({
  number: 100,
  name: 'note',
  up: ['CREATE TABLE note (id uuid PRIMARY KEY, text text NOT NULL)'],
});

/** An event of another service, which becomes a note. */
export const noted = defineEvent({ service: 'sales', kind: 'noted', version: 1, data: note });

/** What the service did, in order: for tests of how it stops. */
export const life: string[] = [];

export const sampleService = standardService({
  name: 'catalog',
  config: standardConfig,
  tenantMigrations: [notesMigration],
  deps: (kit: Kit<z.output<typeof standardConfig>>) => kit,
  routes: ({ db, stopping }) => [
    defineRoute({
      method: 'put',
      path: '/notes/:id',
      summary: 'Write a note',
      access: { permission: 'catalog:manage' },
      params: z.strictObject({ id: uuid }),
      body: z.strictObject({ text: z.string().max(100) }),
      response: noContent,
      handler: ({ ctx, params, body }) =>
        db.tx(ctx, async (tx) => {
          await tx.query('INSERT INTO note (id, text) VALUES ($1, $2)', [params.id, body.text]);
        }),
    }),
    defineRoute({
      method: 'get',
      path: '/notes/:id',
      summary: 'A note',
      access: { permission: 'catalog:read' },
      params: z.strictObject({ id: uuid }),
      response: z.object({ notes: z.array(note) }),
      handler: ({ ctx, params }) =>
        db.tx(ctx, async (tx) => ({
          notes: await tx.query<{ id: string; text: string }>('SELECT id, text FROM note WHERE id = $1', [params.id]),
        })),
    }),
    defineRoute({
      method: 'get',
      path: '/until-stop',
      summary: 'Answers when the service begins to stop',
      access: 'public',
      response: z.object({ ended: z.literal('in order') }),
      handler: async () => {
        life.push('request');
        if (!stopping.aborted)
          await new Promise((resolve) => stopping.addEventListener('abort', resolve, { once: true }));
        return { ended: 'in order' as const };
      },
    }),
  ],
  subscribers: () => [
    onEvent(noted, async (tx, events) => {
      for (const { data } of events)
        await tx.query('INSERT INTO note (id, text) VALUES ($1, $2)', [data.id, data.text]);
    }),
  ],
  background: () => [
    {
      start: () => void life.push('background started'),
      stop: () => void life.push('background stopped'),
    },
  ],
});
