import { standardConfig } from '@nexus/service-kit';

/** Settings of sales: those that every service has. */
export const config = standardConfig;
