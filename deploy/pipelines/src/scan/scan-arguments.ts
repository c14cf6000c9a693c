/** The scanner, by digest; the same one on a laptop and in every pipeline. */
export const SCANNER =
  'ghcr.io/aquasecurity/trivy:0.74.0@sha256:62b1e65e8869bc4b4c6aa4fa2b21595256c7c2f6018a9d9ad61caf87187c1969';

export interface ScanInput {
  readonly image: string;
  /** Docker's own configuration: logins to the registry. Absent: nobody is logged in. */
  readonly dockerConfig: string | undefined;
}

/**
 * Of `docker`. Fails on what is severe and can be mended, on secrets in an image and on wrong settings of it; what has no
 * mend yet would only teach people to look away.
 */
export const scanArguments = ({ image, dockerConfig }: ScanInput): string[] => [
  ...['run', '--rm', '--volume', 'nexus-trivy:/root/.cache/trivy'],
  ...(dockerConfig === undefined ? [] : ['--volume', `${dockerConfig}:/root/.docker/config.json:ro`]),
  SCANNER,
  ...[
    'image',
    '--image-src',
    'remote',
    '--scanners',
    'vuln,secret',
    '--image-config-scanners',
    'misconfig,secret',
    '--severity',
    'HIGH,CRITICAL',
  ],
  ...['--ignore-unfixed', '--exit-code', '1', '--no-progress', image],
];
