/** An image that ours stand on, as a `FROM` names it. */
export interface Base {
  /** With its registry: `docker.io/library/node`. */
  readonly image: string;
  readonly tag: string;
  readonly digest: string;
}

const FROM =
  /^(?<before>FROM\s+)(?<image>[^\s:@]+(?::\d+\/[^\s:@]+)?):(?<tag>[\w][\w.-]*)@(?<digest>sha256:[0-9a-f]{64})/gm;

/** The bases of a Dockerfile: the one place where they are named. */
export const basesOf = (dockerfile: string): Base[] =>
  [...dockerfile.matchAll(FROM)].map(({ groups = {} }) => ({
    image: groups['image'] ?? '',
    tag: groups['tag'] ?? '',
    digest: groups['digest'] ?? '',
  }));

/** The same Dockerfile with another digest of one base. */
export const withDigest = (dockerfile: string, base: Base, digest: string): string =>
  dockerfile.replaceAll(`${base.image}:${base.tag}@${base.digest}`, `${base.image}:${base.tag}@${digest}`);
