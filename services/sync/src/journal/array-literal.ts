const PLAIN = /^[A-Za-z0-9_.:-]+$/;

/**
 * PostgreSQL's text form of an array, made by hand: on the hot path the driver's own conversion costs more than the
 * insert's planning. Values that are not plain are quoted; null is NULL.
 */
export function arrayLiteral(values: readonly (string | number | null)[]): string {
  let text = '{';
  for (let i = 0; i < values.length; i += 1) {
    if (i > 0) text += ',';
    text += element(values[i] ?? null);
  }
  return `${text}}`;
}

function element(value: string | number | null): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number') return String(value);
  if (PLAIN.test(value) && value.toUpperCase() !== 'NULL') return value;
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
