import { AUDIT_PERMISSION, auditPath, NexusError } from '@nexus/contracts';
import type { RpcHandler } from '@nexus/messaging';
import { defineRoute, type Route } from '../http/route.ts';

/** Questions that are served over HTTP too, for whoever proves the books from outside. */
const isAudit = ({ definition: { scope, name } }: RpcHandler): boolean =>
  scope === 'tenant' && (name.startsWith('audit-') || name === 'chain-structure');

/** `POST /audit/{name}` for each audit question of a service: the same handler, the same shapes. */
export const auditRoutes = (handlers: readonly RpcHandler[]): Route[] =>
  handlers.filter(isAudit).map((handler) =>
    defineRoute({
      method: 'post',
      path: auditPath(handler.definition),
      summary: `Audit: ${handler.definition.name}`,
      access: { permission: AUDIT_PERMISSION },
      body: handler.definition.request,
      response: handler.definition.reply,
      limits: { timeoutMs: handler.definition.timeoutMs },
      handler: ({ ctx, claims, body }) => {
        // An audit is of the whole chain; whoever sees only some branches may not ask.
        if (claims.branches !== undefined) throw new NexusError('NX-2003');
        return handler.handle(ctx, body);
      },
    }),
  );
