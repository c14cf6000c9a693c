import { NexusError, type ServiceName } from '@nexus/contracts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Names of PostgreSQL roles and schemas of one service. `prefix` keeps several platforms in one cluster apart (tests). */
export interface Names {
  readonly service: ServiceName;
  readonly prefix: string;
  readonly serviceLogin: string;
  readonly sharedRole: string;
  readonly sharedSchema: 'nexus';
}

/** Names that follow from the login in a connection URL, `{prefix}{service}_service` or `{prefix}{service}_provisioner`. */
export function namesFromUrl(service: ServiceName, url: string): Names {
  const login = decodeURIComponent(new URL(url).username);
  const match = /^(.*?)(_service|_provisioner)$/.exec(login);
  if (match === null || !(match[1] ?? '').endsWith(service)) {
    throw new Error(
      `the database login of ${service} must be named [prefix]${service}_service or …_provisioner, not ${login}`,
    );
  }
  return names(service, (match[1] ?? '').slice(0, -service.length));
}

export function names(service: ServiceName, prefix = ''): Names {
  return {
    service,
    prefix,
    serviceLogin: `${prefix}${service}_service`,
    sharedRole: `${prefix}${service}_shared`,
    sharedSchema: 'nexus',
  };
}

/** Schema of a tenant, `t_` and 32 hex digits. Throws NX-3003 for what is not a UUID, so that no name is ever injected. */
export function tenantSchema(tenantId: string): string {
  if (!UUID.test(tenantId)) throw new NexusError('NX-3003');
  return `t_${tenantId.replaceAll('-', '')}`;
}

/** Role of a tenant in one service: roles are shared by the whole cluster, hence service and prefix in the name. */
export function tenantRole(of: Names, tenantId: string): string {
  return `${of.prefix}${tenantSchema(tenantId)}_${of.service}`;
}

/** Quotes an identifier for SQL text. */
export const quoted = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;
