import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { apiServerUrl, kubeconfigFile, type Place } from './components.ts';

const OWNER_ONLY = { mode: 0o600 };
/** What nodes and pods do by themselves: nodes beat their heart, pods run at once, pods of Jobs succeed. */
const STAGES = ['node/fast', 'node/heartbeat-with-lease', 'pod/fast'];

/** Writes what the components read when they start. Everything is valid for this one run. */
export function writeFiles(place: Place, stagesDir: string): { token: string } {
  const token = randomBytes(24).toString('hex');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs1', format: 'pem' });
  writeFileSync(join(place.dir, 'service-accounts.key'), pem, OWNER_ONLY);
  writeFileSync(join(place.dir, 'tokens.csv'), `${token},lab-admin,1,system:masters\n`, OWNER_ONLY);
  writeFileSync(kubeconfigFile(place), stringify(kubeconfig(place, token)), OWNER_ONLY);
  const stages = STAGES.flatMap((folder) =>
    readdirSync(join(stagesDir, folder))
      .filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml')
      .map((file) => readFileSync(join(stagesDir, folder, file), 'utf8')),
  );
  writeFileSync(join(place.dir, 'stages.yaml'), stages.join('\n---\n'));
  return { token };
}

const kubeconfig = (place: Place, token: string) => ({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [
    {
      name: 'lab',
      cluster: { server: apiServerUrl(place), 'certificate-authority': join(place.dir, 'certs/apiserver.crt') },
    },
  ],
  users: [{ name: 'lab-admin', user: { token } }],
  contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'lab-admin' } }],
  'current-context': 'lab',
});
