import { AUDIT_PERMISSION, auditPath } from '@nexus/contracts';
import type { RpcHandler } from '@nexus/messaging';
import { defineRoute, type Route } from '../http/route.ts';

/** The longest question an audit asks: one terminal's whole journal. */
const AUDIT_TIMEOUT_MS = 125_000;

/**
 * A service's audit questions over HTTP as well, for `nexus prove`: `POST /audit/{name}` with the question as body, the
 * same handlers and shapes as over NATS.
 */
export const auditRoutes = (handlers: readonly RpcHandler[]): Route[] =>
  handlers
    .filter(({ definition }) => definition.scope === 'tenant' && isAudit(definition.name))
    .map(({ definition, handle }) =>
      defineRoute({
        method: 'post',
        path: auditPath(definition),
        summary: `Audit: ${definition.name}`,
        access: { permission: AUDIT_PERMISSION },
        body: definition.request,
        response: definition.reply,
        limits: { timeoutMs: AUDIT_TIMEOUT_MS },
        handler: ({ ctx, body }) => handle(ctx, body),
      }),
    );

const isAudit = (name: string): boolean => name.startsWith('audit-') || name === 'chain-structure';
