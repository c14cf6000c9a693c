import pg from 'pg';

/*
 * The floor: what this machine's PostgreSQL takes at best for the same business facts, without a journal, events,
 * services or Temporal. One Node process, two connections, plain node-postgres, one transaction for each 100 sales of
 * three lines and one tender: order, lines, tender, movements and summed stock, all by UNNEST.
 */

export interface FloorOptions {
  /** A database of its own; its tables are made anew. */
  readonly url: string;
  readonly sales: number;
}

const BATCH = 100;
const LINES = 3;
const CONNECTIONS = 2;
const BRANCHES = 10;
const PRODUCTS = 1_000;

const TABLES = `
  DROP TABLE IF EXISTS sale, sale_line, sale_tender, movement, stock;
  CREATE TABLE sale (id uuid PRIMARY KEY, branch int NOT NULL, terminal int NOT NULL, business_date date NOT NULL, at_ms bigint NOT NULL,
    receipt bigint NOT NULL, currency char(3) NOT NULL, net bigint NOT NULL, tax bigint NOT NULL, gross bigint NOT NULL);
  CREATE TABLE sale_line (sale uuid NOT NULL, n int NOT NULL, product int NOT NULL, code text NOT NULL, description text NOT NULL,
    quantity bigint NOT NULL, unit_price bigint NOT NULL, tax bigint NOT NULL, gross bigint NOT NULL, PRIMARY KEY (sale, n));
  CREATE TABLE sale_tender (sale uuid NOT NULL, n int NOT NULL, type text NOT NULL, amount bigint NOT NULL, PRIMARY KEY (sale, n));
  CREATE TABLE movement (sale uuid NOT NULL, n int NOT NULL, branch int NOT NULL, product int NOT NULL, quantity bigint NOT NULL,
    at_ms bigint NOT NULL, PRIMARY KEY (sale, n));
  CREATE TABLE stock (branch int NOT NULL, product int NOT NULL, on_hand bigint NOT NULL, PRIMARY KEY (branch, product));`;

const SALE = `INSERT INTO sale SELECT * FROM unnest($1::uuid[], $2::int[], $3::int[], $4::date[], $5::bigint[], $6::bigint[], $7::text[],
  $8::bigint[], $9::bigint[], $10::bigint[])`;
const LINE = `INSERT INTO sale_line SELECT * FROM unnest($1::uuid[], $2::int[], $3::int[], $4::text[], $5::text[], $6::bigint[], $7::bigint[],
  $8::bigint[], $9::bigint[])`;
const TENDER = `INSERT INTO sale_tender SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::bigint[])`;
const MOVEMENT = `INSERT INTO movement SELECT * FROM unnest($1::uuid[], $2::int[], $3::int[], $4::int[], $5::bigint[], $6::bigint[])`;
const STOCK = `INSERT INTO stock AS s SELECT * FROM unnest($1::int[], $2::int[], $3::bigint[])
  ON CONFLICT (branch, product) DO UPDATE SET on_hand = s.on_hand + excluded.on_hand`;

/** Writes that many sales and says how long it took. */
export async function runFloor({ url, sales }: FloorOptions): Promise<{ seconds: number }> {
  const clients = Array.from({ length: CONNECTIONS }, () => new pg.Client({ connectionString: url }));
  await Promise.all(clients.map((client) => client.connect()));
  try {
    await clients[0]?.query(TABLES);
    const batches = Math.ceil(sales / BATCH);
    let next = 0;
    const begun = performance.now();
    await Promise.all(
      clients.map(async (client) => {
        for (let batch = next; batch < batches; batch = next) {
          next += 1;
          await writeBatch(client, batch * BATCH);
        }
      }),
    );
    return { seconds: (performance.now() - begun) / 1000 };
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

async function writeBatch(client: pg.Client, first: number): Promise<void> {
  const sales = Array.from({ length: BATCH }, (_, i) => saleOf(first + i));
  const lines = sales.flatMap((sale) => sale.lines);
  const stock = summed(lines);
  await client.query('BEGIN');
  await client.query(SALE, [
    sales.map((s) => s.id),
    sales.map((s) => s.branch),
    sales.map((s) => s.terminal),
    sales.map(() => '2026-03-02'),
    sales.map((s) => s.at),
    sales.map((s) => s.receipt),
    sales.map(() => 'GHS'),
    sales.map((s) => s.net),
    sales.map((s) => s.gross - s.net),
    sales.map((s) => s.gross),
  ]);
  await client.query(LINE, [
    lines.map((l) => l.sale),
    lines.map((l) => l.n),
    lines.map((l) => l.product),
    lines.map((l) => l.code),
    lines.map((l) => l.description),
    lines.map((l) => l.quantity),
    lines.map((l) => l.price),
    lines.map((l) => l.tax),
    lines.map((l) => l.gross),
  ]);
  await client.query(TENDER, [
    sales.map((s) => s.id),
    sales.map(() => 1),
    sales.map(() => 'cash'),
    sales.map((s) => s.gross),
  ]);
  await client.query(MOVEMENT, [
    lines.map((l) => l.sale),
    lines.map((l) => l.n),
    lines.map((l) => l.branch),
    lines.map((l) => l.product),
    lines.map((l) => -l.quantity),
    lines.map((l) => l.at),
  ]);
  await client.query(STOCK, [stock.map((s) => s.branch), stock.map((s) => s.product), stock.map((s) => s.quantity)]);
  await client.query('COMMIT');
}

interface FloorLine {
  readonly sale: string;
  readonly n: number;
  readonly branch: number;
  readonly product: number;
  readonly code: string;
  readonly description: string;
  readonly quantity: number;
  readonly price: number;
  readonly tax: number;
  readonly gross: number;
  readonly at: number;
}

/** A sale made of its number alone; its id grows with time, as ours do. */
function saleOf(number: number) {
  const at = 1_772_442_000_000 + number * 10;
  const time = at.toString(16).padStart(12, '0');
  const tail = ((number * 2_654_435_761) % 2 ** 32).toString(16).padStart(12, '0');
  const id = `${time.slice(0, 8)}-${time.slice(8)}-8000-8000-${tail}`;
  const branch = number % BRANCHES;
  const lines = Array.from({ length: LINES }, (_, i): FloorLine => {
    const product = (number * LINES + i) % PRODUCTS;
    const price = 100 + product;
    return {
      sale: id,
      n: i + 1,
      branch,
      product,
      code: `P${product}`,
      description: `Product number ${product}`,
      quantity: 1000,
      price,
      tax: price - Math.round(price / 1.15),
      gross: price,
      at,
    };
  });
  const gross = lines.reduce((sum, line) => sum + line.gross, 0);
  const tax = lines.reduce((sum, line) => sum + line.tax, 0);
  return { id, branch, terminal: number % 50, at, receipt: number, net: gross - tax, gross, lines };
}

/** Sorted, so that the two connections cannot deadlock. */
function summed(lines: readonly FloorLine[]): { branch: number; product: number; quantity: number }[] {
  const sums = new Map<number, { branch: number; product: number; quantity: number }>();
  for (const { branch, product, quantity } of lines) {
    const key = branch * PRODUCTS + product;
    const sum = sums.get(key) ?? { branch, product, quantity: 0 };
    sum.quantity -= quantity;
    sums.set(key, sum);
  }
  return [...sums].sort(([a], [b]) => a - b).map(([, sum]) => sum);
}
