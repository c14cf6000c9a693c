import { standardConfig } from '@nexus/service-kit';

/** Settings of inventory: those that every service has. */
export const config = standardConfig;

/** The one place where this service reads the environment. */
export const environment = process.env;
