/** Most differences that one recomputation lists. */
export const MAX_DIFFERENCES = 50;
