/** Environment variables by name, as `process.env` has them. */
export type Env = Readonly<Record<string, string | undefined>>;

const PREFIX = 'NEXUS_';

/**
 * One service's settings out of the environment, in camel case: `NEXUS_DATABASE_URL` is `databaseUrl`. A variable with the
 * service's name, `NEXUS_SALES_DATABASE_URL`, wins, so that several services can share a process. Empty values are absent.
 */
export function serviceEnv(service: string, env: Env): Record<string, string> {
  const own = `${PREFIX}${service.toUpperCase().replaceAll('-', '_')}_`;
  const settings: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (name.startsWith(PREFIX) && value !== undefined && value !== '') settings[settingName(name, PREFIX)] = value;
  }
  for (const [name, value] of Object.entries(env)) {
    if (name.startsWith(own) && value !== undefined && value !== '') settings[settingName(name, own)] = value;
  }
  return settings;
}

/** `databaseUrl` → `NEXUS_DATABASE_URL`: for messages to whoever sets it. */
export const variableName = (setting: string): string =>
  PREFIX + setting.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

const settingName = (name: string, prefix: string): string =>
  name
    .slice(prefix.length)
    .toLowerCase()
    .replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
