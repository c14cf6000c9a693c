import { clsx, type ClassValue } from 'clsx';
import { twMerge } from 'tailwind-merge';

/** Joins class names; of two that set the same thing the later wins, so that a component's look can be adjusted. */
export const classes = (...values: ClassValue[]): string => twMerge(clsx(values));

/** What floats above the page: menus, pickers. */
export const floating =
  'z-50 rounded-xl border bg-card p-1 text-sm text-foreground shadow-xl shadow-black/10 outline-none dark:shadow-black/40';
export const floatingItem =
  'relative flex min-h-10 w-full cursor-default select-none items-center gap-2.5 rounded-lg px-2.5 py-1.5 outline-none data-highlighted:bg-sunken data-selected:bg-sunken data-disabled:pointer-events-none data-disabled:opacity-50 sm:min-h-9';
/** Fields that are typed in or opened. */
export const field =
  'h-10 rounded-lg border border-control/60 bg-card px-3 text-sm text-foreground shadow-xs transition-colors placeholder:text-muted-foreground hover:border-control focus-visible:border-ring focus-visible:outline-offset-0';
