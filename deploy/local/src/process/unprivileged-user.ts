import { accessSync, constants, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { LauncherError } from '../launcher-error.ts';
import { CommandError, runCommand } from './run-command.ts';

/** Who runs a process: the launcher's own user, or another one when the launcher is root. */
export interface RunAs {
  uid: number;
  gid: number;
}

const USER = 'nexus-postgres';
const TIMEOUT_MS = 10_000;

/**
 * PostgreSQL refuses to run as root. As root a system user of its own is used, made when missing; as anybody else the
 * answer is undefined: run as yourself.
 */
export async function unprivilegedUser(): Promise<RunAs | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  if (!(await userExists())) await createUser();
  const id = async (flag: string) => Number((await runCommand('id', [flag, USER], { timeoutMs: TIMEOUT_MS })).trim());
  return { uid: await id('-u'), gid: await id('-g') };
}

async function userExists(): Promise<boolean> {
  try {
    await runCommand('id', ['-u', USER], { timeoutMs: TIMEOUT_MS });
    return true;
  } catch (error) {
    if (error instanceof CommandError) return false;
    throw error;
  }
}

async function createUser(): Promise<void> {
  const args = ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', USER];
  try {
    await runCommand('useradd', args, { timeoutMs: TIMEOUT_MS });
  } catch (error) {
    throw new LauncherError(
      `PostgreSQL does not run as root, and the user ${USER} could not be created.`,
      `Create it (\`useradd ${args.join(' ')}\`), or start Nexus as an ordinary user.`,
      { cause: error },
    );
  }
}

/** Whether a user may enter every folder on the way to each path. */
function canReach(user: RunAs, path: string): boolean {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    const stat = statSync(folder);
    const bit = stat.uid === user.uid ? 0o100 : stat.gid === user.gid ? 0o010 : 0o001;
    if ((stat.mode & bit) === 0) return false;
    if (dirname(folder) === folder) return true;
  }
}

/**
 * The command that runs a program as another user. Where a folder on the way to `paths` (root's home, as a rule) is closed
 * to that user, the program keeps the one capability that lets it read, and nothing else of root.
 */
export function commandAs(
  user: RunAs | undefined,
  program: string,
  args: readonly string[],
  paths: readonly string[],
): { command: string; args: string[]; runAs: RunAs | undefined } {
  const closed = user && [program, ...paths].find((path) => !canReach(user, path));
  if (!user || closed === undefined) return { command: program, args: [...args], runAs: user };
  const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find(isExecutable);
  if (!setpriv) {
    throw new LauncherError(
      `The user ${USER}, who runs PostgreSQL, cannot enter the folders above ${closed}.`,
      `Install util-linux (it has setpriv), or open the way with chmod o+x, or keep the checkout elsewhere.`,
    );
  }
  const capability = '+dac_read_search';
  const ids = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  // Without the last one the capability would not count where a program asks access(2), as initdb does.
  const capabilities = [`--inh-caps=${capability}`, `--ambient-caps=${capability}`, '--securebits=+no_setuid_fixup'];
  return { command: setpriv, args: [...ids, ...capabilities, '--', program, ...args], runAs: undefined };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
