import {
  createTenant,
  deadlineIn,
  httpAudits,
  importProducts,
  prove,
  setUpChain,
  waitUntilApplied,
  type OperatorSession,
  type Proof,
  type TenantSession,
} from '@nexus/cli';
import { SERVICES } from '@nexus/contracts';
import type { EnginesState } from '@nexus/local';
import type { Till } from '@nexus/terminal-core';
import { platformRoutes } from '../../routes.ts';
import type { RequestLog } from '../request-log.ts';
import { KeepAliveClient } from './keep-alive-client.ts';
import { signUp, type SignedUp } from './new-chains.ts';
import { PriceChanges, type Heard } from './price-changes.ts';
import { listsOf, read, readable } from './reading.ts';
import { openTill, SellingTill, type Sold, type TillPlace } from './selling.ts';
import { SignIn } from './sign-in.ts';

export interface LoadPlace {
  readonly session: OperatorSession;
  readonly origin: string;
  readonly keycloak: EnginesState['keycloak'];
  /** The edge serves the back office's own files too. */
  readonly hasBackOffice: boolean;
  /** For the tills' own folders. */
  readonly directory: string;
  readonly log: RequestLog;
}

/** What the chain's books say in the end. */
export interface Booked {
  readonly sold: Sold;
  readonly proof: Proof;
}

const BRANCHES = 2;
const SELLING = 6;
const LISTENING = 2;
const PRODUCTS = 40;
const PROVE_TIMEOUT_MS = 180_000;

/** Everybody who uses the platform while its processes are replaced, all by way of the edge. */
export class Load {
  readonly #place: LoadPlace;
  readonly #chain: TenantSession;
  readonly #stop = new AbortController();
  readonly #clients: KeepAliveClient[] = [];
  readonly #broken = Promise.withResolvers<never>();
  readonly #signIn: SignIn;
  readonly #signedUp: SignedUp[] = [];
  readonly #selling: SellingTill[] = [];
  readonly #listening: Till[] = [];
  /** What is read, by who answers. */
  #lists: ReadonlyMap<string, readonly string[]> = new Map();
  #prices: PriceChanges | undefined;
  #running: Promise<unknown> = Promise.resolve();

  private constructor(place: LoadPlace, chain: TenantSession) {
    this.#place = place;
    this.#chain = chain;
    this.#broken.promise.catch(() => undefined);
    const { keycloak } = place;
    this.#signIn = new SignIn({ client: this.#client('sign-in'), keycloak, chain: chain.tenant.slug });
  }

  /** A chain of its own, with products, tills and people. */
  static async prepare(place: LoadPlace): Promise<Load> {
    const chain = { name: 'Rolling', ownerEmail: 'owner@trial.test', country: 'GH', currency: 'GHS' };
    const { slug } = await createTenant(place.session, chain);
    const load = new Load(place, await place.session.enter(slug));
    try {
      await load.#prepare();
      return load;
    } catch (error) {
      await load.close();
      throw error;
    }
  }

  /** Rejects when somebody cannot go on at all, which is no failed request but a fault of this program or of a till. */
  get broken(): Promise<never> {
    return this.#broken.promise;
  }

  get heard(): Heard {
    return this.#prices?.heard ?? { changes: 0, lost: 0, slowestMs: 0 };
  }

  start(): void {
    const { signal } = this.#stop;
    const token = (): string => this.#signIn.chainToken;
    this.#prices = new PriceChanges({ client: this.#client('price'), listening: this.#listening, token });
    const lookUps = barcodes.map((barcode) => `/api/catalog/products/by-barcode/${barcode}`);
    for (const till of this.#listening) till.sync.start();
    const all = [
      this.#signIn.run(signal),
      this.#prices.run(signal),
      ...this.#selling.map((till) => till.run(signal)),
      // One for each service, so that none is ever left alone for long.
      ...[...this.#lists].map(([, paths]) => read(this.#client('reader'), paths, token, signal)),
      read(this.#client('look-up'), lookUps, token, signal),
    ];
    this.#running = Promise.allSettled(all);
    for (const one of all) one.catch(this.#broken.reject);
  }

  /** Signs one more chain up; its workflow is under way when this returns. */
  async signUp(): Promise<void> {
    const client = (this.#signUpClient ??= this.#client('sign-up'));
    this.#signedUp.push(await signUp(client, () => this.#signIn.platformToken, this.#stop.signal));
  }
  #signUpClient: KeepAliveClient | undefined;

  /** Chains that were signed up, and those of them that were made. */
  async signedUp(): Promise<{ readonly begun: number; readonly made: number }> {
    const made = await Promise.all(this.#signedUp.map((one) => one.made));
    return { begun: made.length, made: made.filter(Boolean).length };
  }

  /** Nobody begins anything new; what is unsent is sent, and the books are proved. */
  async finish(): Promise<Booked> {
    await this.#end();
    for (const till of this.#selling) await till.finish();
    const { api, tenant } = this.#chain;
    const deadline = deadlineIn(PROVE_TIMEOUT_MS);
    const audits = httpAudits(api);
    await waitUntilApplied(
      audits,
      this.#selling.map((till) => till.written),
      deadline,
    );
    return { sold: sumOf(this.#selling.map(({ sold }) => sold)), proof: await prove(audits, tenant, deadline) };
  }

  async close(): Promise<void> {
    await this.#end();
    for (const till of [...this.#selling.map((one) => one.till), ...this.#listening]) await till.close();
    for (const client of this.#clients) client.close();
  }

  async #end(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await Promise.all(this.#listening.map((till) => till.sync.stop()));
  }

  async #prepare(): Promise<void> {
    const { origin, log, directory, hasBackOffice } = this.#place;
    const { api } = this.#chain;
    await importProducts(api, () => new TextEncoder().encode(catalogue));
    const structure = await httpAudits(api).structure();
    const plan = { branches: BRANCHES, terminals: SELLING + LISTENING, zone: 'Africa/Accra' };
    const place: TillPlace = { session: this.#chain, origin, directory, log };
    for (const terminal of await setUpChain(api, structure, plan)) {
      const till = await openTill(place, terminal, codes);
      if (this.#selling.length < SELLING) this.#selling.push(new SellingTill(till, terminal, codes));
      else this.#listening.push(till);
    }
    // Terminal t stands in branch t mod B.
    for (const till of this.#selling.slice(0, BRANCHES)) await till.countOpening();
    await this.#signIn.first();
    const lists = listsOf(await platformRoutes(origin));
    const client = this.#client('reader');
    const found = await readable(client, lists, this.#signIn.chainToken);
    this.#lists = Map.groupBy(hasBackOffice ? [...found, '/'] : found, (path) => path.split('/', 3).join('/'));
    const silent = SERVICES.filter((service) => !this.#lists.has(`/api/${service}`));
    if (silent.length > 0) throw new Error(`nothing of ${silent.join(', ')} can be read`);
  }

  #client(name: string): KeepAliveClient {
    const client = new KeepAliveClient(this.#place.origin, name, this.#place.log);
    this.#clients.push(client);
    return client;
  }
}

const numbers = Array.from({ length: PRODUCTS }, (_, n) => n);
const codes = numbers.map((n) => `P${n}`);
const barcodes = numbers.map(barcodeOf);
const catalogue = [
  'code,description,price,barcodes',
  ...numbers.map((n) => `P${n},Product ${n},${n + 1}.25,${barcodeOf(n)}`),
].join('\n');

/** Internal EAN-13: prefix 29, the product's number, check digit. */
function barcodeOf(n: number): string {
  const digits = `29${String(n).padStart(10, '0')}`;
  const sum = Array.from(digits).reduce((total, digit, at) => total + Number(digit) * (at % 2 === 0 ? 1 : 3), 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

const sumOf = (all: readonly Sold[]): Sold =>
  all.reduce((sum, one) => ({
    sales: sum.sales + one.sales,
    lines: sum.lines + one.lines,
    gross: sum.gross + one.gross,
  }));
