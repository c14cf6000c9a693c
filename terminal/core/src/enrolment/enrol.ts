import { enrolmentProofText } from '@nexus/contracts';
import { toBase64Url } from '@nexus/journal';
import { writeSetting } from '../store/settings.ts';
import type { TillContext, TillFacts } from '../till-context.ts';

export type EnrolResult =
  { readonly ok: true; readonly facts: TillFacts } | { readonly ok: false; readonly reason: 'enrolled-already' };

/**
 * Enrols this device with a one-time code: makes its key pair here, proves that it holds it, and announces the chain of
 * its journal. Safe to repeat with the same code after a lost answer: key and chain stay the same. Rejects with
 * `TransportError` where the platform refuses the code or cannot be reached.
 */
export const enrol = async (ctx: TillContext, code: string): Promise<EnrolResult> => {
  const { ports, state, journal } = ctx;
  if (state.facts) return { ok: false, reason: 'enrolled-already' };
  const publicKey = toBase64Url(await ports.keys.create());
  const { chain } = journal.head;
  const proof = new TextEncoder().encode(enrolmentProofText(code, publicKey, chain));
  const signature = toBase64Url(await ports.keys.sign(proof));
  const { serverTime, ...facts } = await ports.transport.enrol({ code, publicKey, chain, signature });
  await ctx.store.write(
    (tx) => writeSetting(tx, 'facts', facts),
    () => {
      state.facts = facts;
      state.serverOffsetMs = serverTime - ports.clock.nowMs();
    },
  );
  return { ok: true, facts };
};
