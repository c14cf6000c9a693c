import { parseArgs } from 'node:util';
import { main, run } from '../command.ts';
import { deployArguments, ENVIRONMENTS, isEnvironment } from './deploy-arguments.ts';
import { KUBECONFIG_VARIABLE, withKubeconfig } from './kubeconfig.ts';

const USAGE = `npm run deploy -- --environment ${Object.keys(ENVIRONMENTS).join('|')} --release VERSION --registry HOST/PATH
  --digests FILE     what the build wrote; needed outside development
  --values FILE      of this installation; may be given again
  --namespace NAME   default: nexus
  --timeout 20m      after which everything is taken back
  --dry-run          asks the cluster whether it would take it, and changes nothing`;

const text = { type: 'string' } as const;

await main(async () => {
  const { values } = parseArgs({
    options: {
      ...{ environment: text, release: text, registry: text, digests: text, namespace: text, timeout: text },
      ...{ values: { type: 'string', multiple: true }, 'dry-run': { type: 'boolean' } },
    },
  });
  const { environment = '', release, registry } = values;
  if (!isEnvironment(environment) || release === undefined || registry === undefined) throw new Error(USAGE);
  const args = deployArguments({
    ...{ environment, release, registry, digests: values.digests, values: values.values ?? [] },
    ...{ namespace: values.namespace ?? 'nexus', timeout: values.timeout ?? '20m', dryRun: values['dry-run'] ?? false },
  });
  await withKubeconfig(process.env[KUBECONFIG_VARIABLE], (env) => run('helm', args, env));
});
