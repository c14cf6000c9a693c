import { goto } from '$app/navigation';

/** As much of an address as filters need: the page's own, which cannot be written to, as well as any URL. */
export interface Address {
  readonly pathname: string;
  readonly search: string;
}

/** The page's address with some of its filters changed; an empty or missing value takes a filter out. Exported for tests. */
export const withFilters = (url: Address, changes: Readonly<Record<string, string | null>>): string => {
  const query = new URLSearchParams(url.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  return text === '' ? url.pathname : `${url.pathname}?${text}`;
};

/** Filters live in the address, so that a list can be shared, reloaded and come back to. */
export const filter = (url: Address, changes: Readonly<Record<string, string | null>>): void => {
  void goto(withFilters(url, changes), { replace: true, reset: false });
};
