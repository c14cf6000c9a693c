import { standardConfig } from '@nexus/service-kit';

/** Settings of inventory: those that every service has. */
export const config = standardConfig;
