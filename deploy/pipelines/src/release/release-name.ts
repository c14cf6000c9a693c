const TAG = /^refs\/tags\/v(?<version>\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]{1,64})?)$/;
const COMMIT = /^[0-9a-f]{40}$/;

/**
 * The version of what is built from a commit: that of its tag (`v1.2.3` → `1.2.3`), or one that names the commit and sorts
 * before every release. The same commit has the same version, whichever pipeline builds it.
 */
export function releaseName(ref: string, commit: string): string {
  if (!COMMIT.test(commit)) throw new Error(`${commit} is no commit`);
  const version = TAG.exec(ref)?.groups?.['version'];
  if (version !== undefined) return version;
  if (ref.startsWith('refs/tags/')) throw new Error(`${ref} is no release: tags are like v1.2.3 or v1.2.3-rc.1`);
  // "g" as git describe has it: digits alone could begin with a zero, which a version must not.
  return `0.0.0-g${commit.slice(0, 12)}`;
}
