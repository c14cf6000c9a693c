import { setTimeout as sleep } from 'node:timers/promises';
import { IMPORT_CONTENT_TYPE } from '@nexus/contracts';
import type { Till } from '@nexus/terminal-core';
import { findByCode } from '@nexus/terminal-headless';
import type { KeepAliveClient } from './keep-alive-client.ts';

export interface PriceChangesPlace {
  readonly client: KeepAliveClient;
  /** Tills that listen to nudges by themselves. */
  readonly listening: readonly Till[];
  readonly token: () => string;
}

export interface Heard {
  changes: number;
  /** Changes of which a till did not hear in time. */
  lost: number;
  slowestMs: number;
}

/** A product that nobody sells. */
const CODE = 'NUDGED';
const PAUSE_MS = 1_000;
const LOOK_EVERY_MS = 100;
/** A stream that ended is opened again after a back-off of seconds, and what was missed is read then. */
const HEARD_WITHIN_MS = 30_000;

/**
 * Changes a price and waits until every till that listens has it. They are told by nudges alone: a nudge that is lost in a
 * restart shows as a price that stays old.
 */
export class PriceChanges {
  readonly heard: Heard = { changes: 0, lost: 0, slowestMs: 0 };
  readonly #place: PriceChangesPlace;

  constructor(place: PriceChangesPlace) {
    this.#place = place;
  }

  async run(signal: AbortSignal): Promise<void> {
    for (let price = 100; !signal.aborted; price += 1) {
      const made = await this.#change(price);
      if (made) await this.#untilHeard(price, signal);
      await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #change(priceMinor: number): Promise<boolean> {
    const { client, token } = this.#place;
    const body = `code,description,price\n${CODE},Changed again and again,${(priceMinor / 100).toFixed(2)}\n`;
    const headers = { 'content-type': IMPORT_CONTENT_TYPE };
    return (
      (await client.ask({ method: 'POST', path: '/api/catalog/imports', token: token(), headers, body })) !== undefined
    );
  }

  async #untilHeard(price: number, signal: AbortSignal): Promise<void> {
    const begun = performance.now();
    const waiting = new Set(this.#place.listening);
    while (waiting.size > 0 && !signal.aborted) {
      for (const till of waiting) {
        const product = await findByCode(till.context.store, CODE);
        if (product?.priceMinor === price) waiting.delete(till);
      }
      if (performance.now() - begun > HEARD_WITHIN_MS) break;
      if (waiting.size > 0) await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
    if (signal.aborted) return;
    this.heard.changes += 1;
    if (waiting.size > 0) this.heard.lost += 1;
    this.heard.slowestMs = Math.max(this.heard.slowestMs, performance.now() - begun);
  }
}
