/** One or several: `shown` is the number as people read it. */
export const many = (count: number, one: string, other: string, shown: string): string =>
  `${shown} ${count === 1 ? one : other}`;
