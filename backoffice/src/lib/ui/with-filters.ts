/** As much of an address as filters need: the page's own, which cannot be written to, as well as any URL. */
export interface Address {
  readonly pathname: string;
  readonly search: string;
}
export type Filters = Readonly<Record<string, string | null>>;

/** The page's address with some of its filters changed; an empty or missing value takes a filter out. */
export const withFilters = (url: Address, changes: Filters): string => {
  const query = new URLSearchParams(url.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  return text === '' ? url.pathname : `${url.pathname}?${text}`;
};
