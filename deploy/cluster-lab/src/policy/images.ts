import { of, type Policy } from './violation.ts';

const BY_DIGEST = /@sha256:[0-9a-f]{64}$/;
const BY_VERSION = /:[A-Za-z0-9._-]*\d[A-Za-z0-9._-]*$/;

/** Each image is one image: by its digest or by the tag of a version. */
export const images: Policy = ({ workloads }) =>
  workloads.flatMap((workload) =>
    workload.containers
      .filter(({ image }) => !BY_DIGEST.test(image) && !BY_VERSION.test(image))
      .map(({ image }) => `${of(workload)} runs ${image}, whatever that is today`),
  );
