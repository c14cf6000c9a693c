import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { DOCKERFILE } from './check-dockerfiles.ts';
import { complaintsAbout } from './rules.ts';

const ours = readFileSync(DOCKERFILE, 'utf8');

describe('the rules of Dockerfiles', () => {
  test('ours keeps them', () => {
    expect(complaintsAbout(ours)).toEqual([]);
  });

  test.each<[string, string | RegExp, string, string]>([
    ['a base without a digest', /@sha256:54\w+/, '', 'no registry, tag and digest'],
    ['a base of the stage that builds without one', /@sha256:69\w+/, '', 'no registry, tag and digest'],
    ['the tag latest', ':nonroot@', ':latest@', '"latest" is another image tomorrow'],
    ['an image that runs as root', 'USER 65532:65532', 'USER root', 'runs as root'],
    ['one that says nothing of its user', 'USER 65532:65532', '', 'runs as root'],
    ['a user by name', 'USER 65532:65532', 'USER nonroot', 'runs as nonroot'],
    ['an entry point by way of a shell', /ENTRYPOINT \[.*\]/, 'ENTRYPOINT node main.ts', 'a shell would take SIGTERM'],
    ['a secret given at build time', 'ARG REVISION=unknown', 'ARG NPM_TOKEN', 'looks like a secret'],
    ['a secret in the environment', 'NODE_ENV=production', 'NEXUS_DATABASE_URL=x', 'looks like a secret'],
    [
      'files of the checkout in the image',
      '--from=build --chown=0:0 /rootfs/${PROCESS}/ /',
      '. /',
      'from the checkout',
    ],
    ['a missing label', 'org.opencontainers.image.version=', 'version=', 'org.opencontainers.image.version is missing'],
    ['a last stage that runs something', 'WORKDIR /app', 'RUN ls', 'it has no shell'],
  ])('%s is told', (_what, from, to, complaint) => {
    const changed = ours.replace(from, to);
    expect(changed).not.toBe(ours);
    expect(complaintsAbout(changed).join('\n')).toContain(complaint);
  });
});
