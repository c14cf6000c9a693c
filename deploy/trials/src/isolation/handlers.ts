import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICES, type EventDefinition, type ServiceName } from '@nexus/contracts';
import { checkoutDir } from '@nexus/local';
import type { EventHandler } from '@nexus/messaging';

/** Somebody who hears of an event. */
export interface Handler {
  readonly service: ServiceName;
  readonly definition: EventDefinition;
}

/**
 * Every event handler of every service, out of the tables that the services run with: `src/subscribers.ts` of each. A
 * service without the file hears of nothing.
 */
export async function everyHandler(): Promise<Handler[]> {
  const all: Handler[] = [];
  for (const service of SERVICES) {
    const file = join(checkoutDir, 'services', service, 'src', 'subscribers.ts');
    if (!existsSync(file)) continue;
    const { subscribers } = (await import(file)) as { subscribers: (deps: object) => readonly EventHandler[] };
    // Only the table is wanted; nothing is handled here.
    all.push(...subscribers({}).map(({ definition }) => ({ service, definition })));
  }
  return all;
}
