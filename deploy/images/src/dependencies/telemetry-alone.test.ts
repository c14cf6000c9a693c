import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { checkoutDir } from '../paths.ts';
import { imageProcess, PROCESSES, type ProcessName } from '../processes.ts';
import { closureOf } from './closure.ts';
import { readLockfile } from './lockfile.ts';
import { platformOf } from './platform.ts';

const packagesOf = async (process: ProcessName): Promise<string[]> => {
  const lock = await readLockfile(join(checkoutDir, 'package-lock.json'));
  const folders = closureOf(lock, imageProcess(process).workspace, platformOf('x64')).keys();
  return [...folders].map((folder) => folder.replace(/^.*node_modules\//, ''));
};

test.each(PROCESSES)(
  'traces leave %s over HTTP: no other exporter and nothing that instruments comes along',
  async (process) => {
    const telemetry = (await packagesOf(process)).filter((name) => name.startsWith('@opentelemetry/'));
    expect(telemetry).toContain('@opentelemetry/exporter-trace-otlp-http');
    const others = /\/exporter-(?!trace-otlp-http$)|grpc|sdk-node|instrumentation|\/propagator/;
    expect(telemetry.filter((name) => others.test(name))).toEqual([]);
  },
);

test('the edge speaks no gRPC at all', async () => {
  expect((await packagesOf('edge')).filter((name) => /grpc|protobuf/.test(name))).toEqual([]);
});
