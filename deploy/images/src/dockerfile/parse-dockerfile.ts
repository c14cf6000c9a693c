export interface Instruction {
  /** In capitals: `FROM`, `RUN`, `ENV`. */
  readonly name: string;
  /** Everything after it, continued lines joined by a space. */
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
}

/** Base of a stage, as its `FROM` names it. */
export interface Stage {
  readonly base: string;
  /** `AS …`; the last stage usually has none. */
  readonly name: string | undefined;
  readonly line: number;
  readonly instructions: readonly Instruction[];
}

/** Reads as much of a Dockerfile as our rules and tests ask about. Here-documents and parser directives are refused. */
export function parseDockerfile(text: string): Stage[] {
  const stages: { base: string; name: string | undefined; line: number; instructions: Instruction[] }[] = [];
  for (const instruction of instructionsOf(text)) {
    if (instruction.name === 'FROM') {
      const { base = '', name } =
        /^(?:--\S+\s+)*(?<base>\S+)(?:\s+AS\s+(?<name>\S+))?$/i.exec(instruction.text)?.groups ?? {};
      stages.push({ base, name, line: instruction.line, instructions: [] });
    } else {
      stages.at(-1)?.instructions.push(instruction);
    }
  }
  return stages;
}

function instructionsOf(text: string): Instruction[] {
  const instructions: Instruction[] = [];
  let open: { line: number; text: string } | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const continues = line.endsWith('\\');
    const part = continues ? line.slice(0, -1).trim() : line;
    open = open === undefined ? { line: index + 1, text: part } : { ...open, text: `${open.text} ${part}` };
    if (continues) continue;
    const { name = '', rest = '' } = /^(?<name>[A-Za-z]+)\s+(?<rest>.*)$/.exec(open.text)?.groups ?? {};
    if (rest.includes('<<')) throw new Error(`line ${open.line}: here-documents are not read`);
    instructions.push({ name: name.toUpperCase(), text: rest, line: open.line });
    open = undefined;
  }
  return instructions;
}

/** `A=1 B="two"` as pairs, of all the stage's instructions of that name; a later one wins. */
export function pairsOf(stage: Stage, name: 'ENV' | 'LABEL'): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const { text } of stage.instructions.filter((instruction) => instruction.name === name)) {
    for (const [, key = '', quoted, bare] of text.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S*))/g)) {
      pairs.set(key, quoted ?? bare ?? '');
    }
  }
  return pairs;
}

/** The words of `ENTRYPOINT ["…"]` or `CMD ["…"]`; undefined where it is absent or written for a shell. */
export function wordsOf(stage: Stage, name: 'ENTRYPOINT' | 'CMD'): string[] | undefined {
  const text = last(stage, name);
  return text?.startsWith('[') === true ? (JSON.parse(text) as string[]) : undefined;
}

export const last = (stage: Stage, name: string): string | undefined =>
  stage.instructions.findLast((instruction) => instruction.name === name)?.text;
