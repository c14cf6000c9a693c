/** A journal line set out for reading; one that is no JSON as it is. */
export const prettyLine = (line: string): string => {
  try {
    return JSON.stringify(JSON.parse(line), null, 2);
  } catch {
    return line;
  }
};
