/**
 * Adds a key to the file of token keys: `NEXUS_TOKEN_KEY_FILE=… node services/identity/src/rotate-token-keys.ts`. Running
 * services take it up by themselves; it signs two minutes later, and the former one goes with a later rotation.
 */
import { readConfig } from '@nexus/service-kit';
import { rotateKeyFile } from './access-token/signing-key-file.ts';
import { environment, keyFileConfig } from './config.ts';

const { tokenKeyFile } = readConfig({ name: 'identity', config: keyFileConfig }, environment);
const { keys } = await rotateKeyFile(tokenKeyFile, Math.floor(Date.now() / 1000));
process.stdout.write(`${JSON.stringify({ keys: keys.map(({ kid, created }) => ({ kid, created })) })}\n`);
