import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { createHttpTransport, RETENTION_MS, TransportError, type Till } from '@nexus/terminal-core';
import { createHeadlessTill } from '../headless-till.ts';
import { FakeNetwork } from './fake-network.ts';
import { FakePlatform } from './fake-platform.ts';
import { fillCart, linesOf, ManualClock, MANAGER } from './harness.ts';

const HOUR_MS = 3_600_000;
const LIMITS = { entries: 3, bytes: 1_000_000 };
const START = Date.parse('2026-03-02T09:00:00Z');

/** What one device holds, and what of it has been noticed. */
interface Device {
  readonly terminal: number;
  readonly directory: string;
  till: Till;
  lastSale: string | null;
  held: readonly string[];
}
interface Terminal {
  readonly platform: FakePlatform;
  /** Every line that any of its devices ever wrote. */
  readonly written: Set<string>;
  /** Since when the platform has had a line without a break, server time. */
  readonly storedSince: Map<string, number>;
  backup: { readonly tables: FakePlatform['tables']; readonly at: number };
}

/** Some terminals, each on one device or on several copies of it, and one platform behind one network. */
export class Fleet {
  readonly network = new FakeNetwork();
  readonly terminals: Terminal[] = [];
  readonly devices: Device[] = [];
  readonly #folder: string;
  readonly #clock = new ManualClock();
  #now = START;

  constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(folder: string, terminals: number): Promise<Fleet> {
    const fleet = new Fleet(folder);
    for (let terminal = 0; terminal < terminals; terminal += 1) await fleet.#addTerminal(terminal);
    return fleet;
  }

  device(pick: number): Device {
    return this.devices[pick % this.devices.length] as Device;
  }

  async sell(device: Device, lines: readonly number[]): Promise<void> {
    this.#clock.ms += 1_000;
    const cart = fillCart(
      device.till,
      lines.map((n) => ({ n })),
    );
    const finished = await device.till.finishSale({ cart, tenders: [{ type: 'cash' }] });
    if (!finished.ok) throw new Error(finished.reason);
    device.lastSale = finished.entry.id;
  }

  async undo(device: Device): Promise<void> {
    if (device.lastSale !== null) await device.till.postVoid(device.lastSale, MANAGER);
  }

  /** Closes the shift and opens the next. */
  async changeShift(device: Device): Promise<void> {
    await device.till.closeShift(10_000);
    await device.till.openShift({ cashier: 'kofi', floatMinor: 10_000 });
    device.lastSale = null;
  }

  /** Power cut and back. */
  async restart(device: Device): Promise<void> {
    await device.till.close();
    device.till = await this.#openTill(device.terminal, device.directory);
  }

  async clone(device: Device): Promise<void> {
    await device.till.close();
    const directory = join(this.#folder, `device-${this.devices.length}`);
    await cp(device.directory, directory, { recursive: true });
    device.till = await this.#openTill(device.terminal, device.directory);
    this.devices.push({ ...device, directory, till: await this.#openTill(device.terminal, directory) });
  }

  passDays(days: number): void {
    this.#clock.ms += days * 24 * HOUR_MS;
    this.#now += days * 24 * HOUR_MS;
    for (const { platform } of this.terminals) platform.serverTimeMs = this.#now;
  }

  backUp(pick: number): void {
    const terminal = this.terminals[pick % this.terminals.length] as Terminal;
    terminal.backup = { tables: structuredClone(terminal.platform.tables), at: this.#now };
  }

  /** Not from a copy older than what the tills still keep: that much is promised, and no more. */
  restore(pick: number): void {
    const { platform, backup } = this.terminals[pick % this.terminals.length] as Terminal;
    if (this.#now - backup.at >= RETENTION_MS - 2 * HOUR_MS) return;
    platform.tables = { ...structuredClone(backup.tables), epoch: platform.tables.epoch + 1 };
  }

  /** What must hold at any moment. */
  async check(): Promise<void> {
    const before = this.devices.map(({ held }) => held);
    for (const device of this.devices) {
      device.held = await linesOf(device.till);
      for (const line of device.held) this.#terminalOf(device).written.add(line);
    }
    for (const terminal of this.terminals) this.#checkPlatform(terminal);
    for (const [index, device] of this.devices.entries()) this.#checkPruned(device, before[index] ?? []);
    for (const [index, { platform, written }] of this.terminals.entries()) {
      const held = this.devices.filter(({ terminal }) => terminal === index).flatMap((device) => device.held);
      const anywhere = new Set([...storedBy(platform), ...held]);
      expect([...written].filter((line) => !anywhere.has(line))).toEqual([]);
    }
  }

  /** The network is well again: whatever was on its way arrives, and each device hears from the platform twice. */
  async heal(): Promise<void> {
    this.network.faults = [];
    await this.network.deliverHeld();
    for (const device of [...this.devices, ...this.devices]) await device.till.sync.send({ heartbeat: true });
  }

  async close(): Promise<void> {
    for (const { till } of this.devices) await till.close();
  }

  /** It has no line twice and none that nobody wrote. */
  #checkPlatform({ platform, written, storedSince }: Terminal): void {
    const lines = storedBy(platform);
    const stored = new Set(lines);
    expect(lines).toHaveLength(stored.size);
    expect(lines.filter((line) => !written.has(line))).toEqual([]);
    for (const line of storedSince.keys()) if (!stored.has(line)) storedSince.delete(line);
    for (const line of stored) if (!storedSince.has(line)) storedSince.set(line, this.#now);
  }

  /** What a device let go must have been stored for as long as is promised. */
  #checkPruned(device: Device, before: readonly string[]): void {
    const kept = new Set(device.held);
    const { storedSince } = this.#terminalOf(device);
    for (const line of before) {
      if (kept.has(line)) continue;
      const since = storedSince.get(line) ?? Number.POSITIVE_INFINITY;
      expect(this.#now - since).toBeGreaterThanOrEqual(RETENTION_MS);
    }
  }

  #terminalOf(device: Device): Terminal {
    return this.terminals[device.terminal] as Terminal;
  }

  async #addTerminal(index: number): Promise<void> {
    const platform = new FakePlatform({ terminal: `0190b6a2-0000-7000-8000-0000000000a${index}` });
    platform.serverTimeMs = this.#now;
    this.terminals.push({
      platform,
      written: new Set(),
      storedSince: new Map(),
      backup: { tables: structuredClone(platform.tables), at: this.#now },
    });
    const directory = join(this.#folder, `device-${index}`);
    const till = await this.#openTill(index, directory);
    await till.enrol('TEST-CODE');
    await till.openShift({ cashier: 'ama', floatMinor: 10_000 });
    this.devices.push({ terminal: index, directory, till, lastSale: null, held: [] });
  }

  #openTill(terminal: number, directory: string): Promise<Till> {
    const { platform } = this.terminals[terminal] as Terminal;
    return createHeadlessTill({
      directory,
      platform: createHttpTransport({ fetch: this.network.fetchTo(platform), baseUrl: 'http://shop.example' }),
      clock: this.#clock,
      synchronous: 'off',
      sync: { limits: LIMITS },
    });
  }
}

const storedBy = ({ lines, tables }: FakePlatform): string[] => [...lines, ...tables.waiting.map(({ line }) => line)];

/** A line that fails is no surprise here; anything else is. */
export const tolerating = async (send: () => Promise<unknown>): Promise<void> => {
  try {
    await send();
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
  }
};
