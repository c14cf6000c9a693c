import type { ChainState, ClassifiedUpload, PlacedUpload } from './classify-upload.ts';
import { lastNumberOf, type NumberedLine, type Segment } from './segment.ts';

/**
 * The usual upload, without any look-up: nothing waits, nothing lies at its places or beyond, and it follows the newest
 * line of the terminal. Null: it is another one, and has to be looked at line by line. What this returns is what
 * `classifyUpload` would.
 */
export const lengthenTip = (state: ChainState, upload: PlacedUpload): ClassifiedUpload | null => {
  const { lines, first } = upload;
  const firstLine = lines[0];
  const lastLine = lines.at(-1);
  if (!firstLine || !lastLine || state.waiting.length > 0 || state.stored.length > 0) return null;
  const tip = state.segments.find((segment) => lastNumberOf(segment) === state.nextNumber - 1);
  if (!tip || tip.lastSeq !== first - 1 || tip.lastHash !== firstLine.previous) return null;
  if (state.segments.some(({ lastSeq }) => lastSeq >= first)) return null;

  const numbered: NumberedLine[] = [];
  const broken: number[] = [];
  let before = tip.lastHash;
  for (let index = 0; index < lines.length; index++) {
    const { hash, previous } = lines[index] as PlacedUpload['lines'][number];
    const seq = first + index;
    if (previous !== null && previous !== before) broken.push(seq);
    numbered.push({ seq, hash, number: state.nextNumber + index, segment: tip.id, index });
    before = hash;
  }
  const lastSeq = first + lines.length - 1;
  const grown: Segment = { ...tip, lastSeq, lastHash: lastLine.hash };
  return {
    fates: lines.map(() => 'numbered' as const),
    duplicates: 0,
    numbered,
    waiting: [],
    segments: [grown],
    allSegments: state.segments.map((segment) => (segment === tip ? grown : segment)),
    nextNumber: state.nextNumber + lines.length,
    broken,
    forks: [],
    tail: { seq: lastSeq, segment: tip.id },
  };
};
