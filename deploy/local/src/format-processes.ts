import type { ProcessStatus } from './supervisor.ts';

/** A small table for a person. */
export function formatProcesses(processes: readonly ProcessStatus[]): string {
  if (processes.length === 0) return 'Nothing is running.';
  const rows = processes.map(({ name, pid, state, restarts }) => [
    name,
    pid ? String(pid) : '-',
    state,
    String(restarts),
  ]);
  const table = [['process', 'pid', 'state', 'restarts'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => (row[column] ?? '').length)));
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
