import { eventSubject, productsChanged } from '@nexus/contracts';
import type { NatsLink } from '@nexus/messaging';
import type { Subscription } from '@nats-io/transport-node';
import type { BarcodeCache } from './barcode-cache.ts';

/**
 * Drops a tenant's kept look-ups when another process of this service changed its catalogue: their events pass by on
 * the way to the stream. A message that is missed costs no more than the life of a kept answer.
 */
export function forgetOnEvents(nats: NatsLink, cache: BarcodeCache): { start: () => void; stop: () => void } {
  let subscription: Subscription | undefined;
  let stopped = false;
  return {
    start: () =>
      void nats.whenConnected().then(
        (connection) => {
          if (stopped) return;
          subscription = connection.subscribe(eventSubject('catalog', '*', productsChanged.kind), {
            callback: (_error, message) => cache.forget(message.subject.split('.')[2] ?? ''),
          });
        },
        () => undefined, // closed before it ever connected
      ),
    stop: () => {
      stopped = true;
      subscription?.unsubscribe();
    },
  };
}
