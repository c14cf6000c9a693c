import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { barcode } from './barcode.ts';

/*
 * The floor of a look-up: what this machine's Node and PostgreSQL answer at best by HTTP, one statement for each request
 * and nothing else: no edge, token, tenant, role, trace or transaction. `floor-main.ts <database url> <products>`; says its
 * port as a line and serves until it is ended.
 */
const [url, products] = process.argv.slice(2);
if (url === undefined || products === undefined) throw new Error('usage: floor-main.ts <database url> <products>');

const pool = new pg.Pool({ connectionString: url, max: 8 });
await pool.query('DROP TABLE IF EXISTS lookup');
await pool.query('CREATE TABLE lookup (barcode text PRIMARY KEY, facts text NOT NULL)');
const codes = Array.from({ length: Number(products) }, (_, n) => barcode(n));
await pool.query(
  `INSERT INTO lookup SELECT code, json_build_object('code', code, 'description', 'Product ' || code, 'priceMinor', 125)::text
   FROM unnest($1::text[]) AS given (code)`,
  [codes],
);

const server = createServer((request, response) => {
  const code = request.url?.slice(1) ?? '';
  pool
    .query<{ facts: string }>({ name: 'lookup', text: 'SELECT facts FROM lookup WHERE barcode = $1', values: [code] })
    .then(({ rows: [row] }) => {
      response.writeHead(row === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(row?.facts);
    })
    .catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
