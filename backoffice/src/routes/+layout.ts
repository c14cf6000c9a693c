/** A single-page application: it is served as files and has no server of its own. */
export const ssr = false;
export const prerender = false;
