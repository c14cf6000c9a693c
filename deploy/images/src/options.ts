import { parseArgs } from 'node:util';
import { isProcessName, PROCESSES, type ProcessName } from './processes.ts';

export const USAGE = `npm run images -- COMMAND [--process NAME]…

  --rootfs DIR        the files of each image under DIR/NAME, and its parts list in DIR/NAME.cdx.json
  --build             builds each image with Docker; --registry HOST, --push,
                      --digests FILE: what was pushed, as values of the chart
  --check             the rules of Dockerfiles and their bases
  --pin               asks the registries for the newest digests of the bases

  --process NAME      only this one; may be given again. Default: ${PROCESSES.join(', ')}
  --release VERSION   version of the images. Default: 0.0.0-dev
  --cpu x64|arm64     default: this machine's
`;

export interface Options {
  readonly command: 'rootfs' | 'build' | 'check' | 'pin';
  readonly processes: readonly ProcessName[];
  readonly dir: string;
  readonly release: string;
  readonly cpu: 'x64' | 'arm64';
  readonly registry: string | undefined;
  readonly push: boolean;
  readonly digests: string | undefined;
}

/** An argument that cannot be used, in words for whoever gave it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const VERSION = /^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]{1,64})?$/;

export function readOptions(args: readonly string[]): Options {
  const { values } = parse(args);
  const given = (['rootfs', 'build', 'check', 'pin'] as const).filter((name) => values[name] !== undefined);
  const [command] = given;
  if (command === undefined || given.length > 1) throw new UsageError('one command is needed');
  const processes = (values.process ?? PROCESSES).map((name) => {
    if (!isProcessName(name)) throw new UsageError(`there is no process ${name}: ${PROCESSES.join(', ')}`);
    return name;
  });
  const cpu = values.cpu ?? process.arch;
  if (cpu !== 'x64' && cpu !== 'arm64') throw new UsageError(`images are made for x64 and arm64, not for ${cpu}`);
  const { release = '0.0.0-dev', registry, push = false, digests } = values;
  // It becomes a tag, which takes no plus and is not to be moved: never "latest".
  if (!VERSION.test(release)) throw new UsageError(`${release} is no version like 1.2.3 or 1.2.3-rc.1`);
  if (push && registry === undefined) throw new UsageError('--push needs a --registry');
  if (digests !== undefined && !push) throw new UsageError('--digests are those of what was pushed: --push');
  return { command, processes, dir: values.rootfs ?? '', release, cpu, registry, push, digests };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...{
          rootfs: { type: 'string' },
          build: { type: 'boolean' },
          check: { type: 'boolean' },
          pin: { type: 'boolean' },
        },
        ...{ process: { type: 'string', multiple: true }, release: { type: 'string' }, cpu: { type: 'string' } },
        ...{ registry: { type: 'string' }, push: { type: 'boolean' }, digests: { type: 'string' } },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
