import {
  enrolmentCodeAnswer,
  enrolTerminalAnswer,
  enrolTerminalRequest,
  NexusError,
  terminalNonceAnswer,
  terminalNonceRequest,
  terminalTokenAnswer,
  terminalTokenRequest,
  uuid,
} from '@nexus/contracts';
import { defineRoute, visibleBranches, type Route } from '@nexus/service-kit';
import { z } from 'zod';
import type { IdentityDeps } from '../deps.ts';
import { createRateLimit } from '../rate-limit.ts';
import { insertCode } from './enrolment-code.repository.ts';
import { enrolTerminal } from './enrol-terminal.ts';
import { enrolmentCodeHash, newEnrolmentCode, terminalMayBecome, terminalState } from './terminal.ts';
import { terminalById } from './terminal.repository.ts';
import { issueTerminalToken, newTerminalNonce } from './terminal-token.ts';

/** How a terminal gets its identity, and then its tokens. Public routes: what the request carries proves itself. */
export function enrolmentRoutes(deps: IdentityDeps): Route[] {
  const enrolments = createRateLimit(deps.settings.terminalRequestsPerMinute);
  const proofs = createRateLimit(deps.settings.terminalRequestsPerMinute);
  return [
    defineRoute({
      method: 'post',
      path: '/terminals/:id/enrolment-codes',
      summary: 'A one-time code for a terminal, shown once; an earlier unused one is worthless from then on',
      access: { permission: 'terminals:manage' },
      params: z.strictObject({ id: uuid }),
      response: enrolmentCodeAnswer,
      status: 201,
      handler: async ({ ctx, claims, params: { id } }) => {
        const terminal = await deps.db.tx(ctx, (tx) => terminalById(tx, id, visibleBranches(claims)));
        if (!terminalMayBecome(terminalState(terminal), 'enrolled'))
          throw new NexusError('NX-1006', `The terminal is ${terminalState(terminal)} already`);
        const code = newEnrolmentCode();
        const expiresAt = new Date(Date.now() + deps.settings.enrolmentCodeMinutes * 60_000);
        const codeHash = enrolmentCodeHash(code);
        await deps.db.shared((tx) => insertCode(tx, { ...ctx, terminalId: id, codeHash, expiresAt }));
        return { code, expiresAt: expiresAt.toISOString() };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/terminals/enrol',
      summary: 'Enrol a terminal by its one-time code and the key that it made',
      access: 'public',
      body: enrolTerminalRequest,
      response: enrolTerminalAnswer,
      handler: ({ body, request }) => {
        enrolments.take(request.ip);
        return enrolTerminal(deps, body);
      },
    }),
    defineRoute({
      method: 'post',
      path: '/terminal-nonces',
      summary: 'A single-use nonce for a terminal to sign, good for a minute',
      access: 'public',
      body: terminalNonceRequest,
      response: terminalNonceAnswer,
      status: 201,
      handler: async ({ body, request }) => {
        proofs.take(request.ip);
        return { nonce: await newTerminalNonce(deps, body.keyId) };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/terminal-tokens',
      summary: 'An access token against a signed nonce',
      access: 'public',
      body: terminalTokenRequest,
      response: terminalTokenAnswer,
      handler: ({ body, request }) => {
        proofs.take(request.ip);
        return issueTerminalToken(deps, body);
      },
    }),
  ];
}
