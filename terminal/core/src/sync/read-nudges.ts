import { NUDGE_EVENT, NUDGE_SILENCE_MS } from '@nexus/contracts';
import { TransportError } from '../ports/transport.ts';

/** Longest line of the stream; ours are short. */
const MAX_LINE = 10_000;

/**
 * Reads server-sent events until the signal aborts. Rejects when the stream ends or falls silent for longer than its
 * keep-alives allow: a line that died without saying so looks just like one on which nothing happens.
 */
export const readNudges = async (response: Response, onNudge: () => void, signal: AbortSignal): Promise<void> => {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) throw new TransportError('unreachable', 'the stream of nudges has no body');
  let rest = '';
  try {
    while (!signal.aborted) {
      const { done, value } = await withinSilence(reader.read());
      if (done) throw new TransportError('unreachable', 'the stream of nudges ended');
      const lines = (rest + value).split(/\r?\n/);
      rest = lines.pop() ?? '';
      if (rest.length > MAX_LINE) throw new TransportError('refused', 'the stream of nudges has no lines');
      if (lines.includes(`event: ${NUDGE_EVENT}`) || lines.includes(`event:${NUDGE_EVENT}`)) onNudge();
    }
  } catch (error) {
    if (signal.aborted) return;
    throw error instanceof TransportError
      ? error
      : new TransportError('unreachable', 'the stream of nudges broke', { cause: error });
  } finally {
    // Whether the line closes well does not matter any more.
    reader.cancel().catch(() => undefined);
  }
};

const withinSilence = async <T>(read: Promise<T>): Promise<T> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new TransportError('unreachable', 'the stream of nudges fell silent')),
      NUDGE_SILENCE_MS,
    );
  });
  try {
    return await Promise.race([read, silence]);
  } finally {
    clearTimeout(timer);
  }
};
