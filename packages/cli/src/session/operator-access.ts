import { enginesDir, readEnginesState, readPlatformState } from '@nexus/local';
import { CliError } from '../cli-error.ts';
import type { CliConfig } from '../config.ts';
import type { OperatorAccess } from './operator-session.ts';

/** Who signs in, and where: as the environment says, or else as the launcher of this checkout wrote down. */
export function operatorAccess(config: CliConfig): OperatorAccess {
  if (config.NEXUS_ORIGIN !== undefined) return fromEnvironment(config, config.NEXUS_ORIGIN);
  const { origin } = readPlatformState(config.NEXUS_STATE_DIR);
  const { realm, operator } = readEnginesState(enginesDir(config.NEXUS_STATE_DIR)).keycloak;
  return {
    origin,
    realm,
    username: operator.username,
    password: operator.password,
    organization: operator.organizationAlias,
  };
}

function fromEnvironment(config: CliConfig, origin: string): OperatorAccess {
  const needed = (name: keyof CliConfig): string => {
    const value = config[name];
    if (value === undefined) throw new CliError(`NEXUS_ORIGIN is set, so ${name} must be set too`);
    return value;
  };
  return {
    origin,
    realm: needed('NEXUS_REALM'),
    username: needed('NEXUS_OPERATOR'),
    password: needed('NEXUS_OPERATOR_PASSWORD'),
    organization: needed('NEXUS_OPERATOR_ORGANIZATION'),
  };
}
