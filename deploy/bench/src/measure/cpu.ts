import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second in /proc/PID/stat: 100 on every Linux that runs Node. */
const TICKS_PER_SECOND = 100;

interface Stat {
  readonly pid: number;
  readonly parent: number;
  /** CPU seconds of the process, and of its children that have ended. */
  readonly seconds: number;
}

/** CPU seconds that process trees have used so far, children that ended included. Linux only. */
export function cpuSeconds(roots: readonly number[]): number {
  const stats = readAll();
  const children = Map.groupBy(stats, (stat) => stat.parent);
  const byPid = new Map(stats.map((stat) => [stat.pid, stat]));
  const seen = new Set<number>();
  const sum = (pid: number): number => {
    if (seen.has(pid)) return 0;
    seen.add(pid);
    const own = byPid.get(pid)?.seconds ?? 0;
    return (children.get(pid) ?? []).reduce((total, child) => total + sum(child.pid), own);
  };
  return roots.reduce((total, root) => total + sum(root), 0);
}

function readAll(): Stat[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [parse(Number(name), readFileSync(`/proc/${name}/stat`, 'utf8'))];
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ESRCH')
          return []; // ended meanwhile
        throw error;
      }
    });
}

function parse(pid: number, text: string): Stat {
  // The command's name, in parentheses, may hold blanks; fields are counted after it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0);
  return { pid, parent: Number(fields[1]), seconds: ticks / TICKS_PER_SECOND };
}
