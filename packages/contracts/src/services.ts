/** Service names. Each owns one database, one NATS stream and one Temporal task queue of the same name. */
export const SERVICES = ['identity', 'catalog', 'sync', 'sales', 'inventory'] as const;
export type ServiceName = (typeof SERVICES)[number];
