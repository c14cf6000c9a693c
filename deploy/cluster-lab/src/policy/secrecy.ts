import { PROCESSES, settingsOf } from '../arrows/settings.ts';
import { configMapsOf } from '../chart/manifests.ts';
import { of, type Policy } from './violation.ts';

const SECRET_NAMES = new Set(
  PROCESSES.flatMap((process) => settingsOf(process).filter(({ secret }) => secret)).flatMap(({ names }) => names),
);
/** A password or token that stands in an address; `$(NAME)` is put in by the kubelet. */
const WITH_PASSWORD = /:\/\/[^/\s:@]*:(?!\$\([A-Z_]+\)@)[^@\s]+@/;
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

const looksSecret = (value: string): boolean => WITH_PASSWORD.test(value) || PRIVATE_KEY.test(value);

/** No secret in a ConfigMap, nor in the open in a pod: what a process itself treats as one, and what looks like one. */
export const secrecy: Policy = ({ manifests, workloads }) => [
  ...[...configMapsOf(manifests)].flatMap(([name, data]) =>
    Object.entries(data)
      .filter(([key, value]) => SECRET_NAMES.has(key) || looksSecret(value))
      .map(([key]) => `ConfigMap ${name} holds the secret ${key}`),
  ),
  ...workloads.flatMap((workload) =>
    workload.containers.flatMap(({ env }) =>
      env
        .filter(({ value }) => value !== undefined && looksSecret(value))
        .map(({ name }) => `${of(workload)} holds the secret ${name} in the open`),
    ),
  ),
];
