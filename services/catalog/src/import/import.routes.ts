import { IMPORT_CONTENT_TYPE, importAnswer, MAX_IMPORT_BYTES } from '@nexus/contracts';
import { defineRoute, streamBody, type Route } from '@nexus/service-kit';
import type { CatalogDeps } from '../deps.ts';
import { ProductImporter } from './import-products.ts';

/** A hundred thousand rows over a slow line, and their writing. */
const TIMEOUT_MS = 600_000;

export function importRoutes(deps: CatalogDeps): Route[] {
  const importer = new ProductImporter(deps);
  return [
    defineRoute({
      method: 'post',
      path: '/imports',
      summary: 'Import products from CSV: the whole file, or nothing and every bad row named',
      access: { permission: 'catalog:manage' },
      body: streamBody([IMPORT_CONTENT_TYPE], MAX_IMPORT_BYTES),
      response: importAnswer,
      limits: { timeoutMs: TIMEOUT_MS },
      handler: ({ ctx, body }) => importer.import(ctx, body),
    }),
  ];
}
