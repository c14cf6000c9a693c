// eslint-disable-next-line @nx/enforce-module-boundaries -- SvelteKit's own module, which no package has
import { goto } from '$app/navigation';
import { withFilters, type Address, type Filters } from './with-filters.ts';

/** Filters live in the address, so that a list can be shared, reloaded and come back to. */
export const filter = (url: Address, changes: Filters): void => {
  void goto(withFilters(url, changes), { replace: true, reset: false });
};
