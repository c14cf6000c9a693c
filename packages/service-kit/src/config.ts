import type { Env } from './service/service-env.ts';

/** The environment of this process: the one place where the kit reads it. */
export const environment: Env = process.env;
