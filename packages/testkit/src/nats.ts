import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import { natsServer } from './binaries.ts';
import { startOwned, type OwnedProcess } from './child.ts';
import { freePort } from './port.ts';
import { waitFor } from './wait-for.ts';

/** A NATS server of a suite's own: stream names are the same for everybody, so suites do not share one. */
export interface TestNats {
  readonly url: string;
  readonly port: number;
  /** Kills the server as a power cut would. The store stays. */
  readonly kill9: () => Promise<void>;
  /** Starts it again on the same port and store; ends it first if it runs. */
  readonly restart: () => Promise<void>;
  /** Kills the server, deletes every stream and bucket with it, and starts it empty. */
  readonly deleteStore: () => Promise<void>;
  /** Ends it and removes its files. */
  readonly stop: () => Promise<void>;
}

/** Same limits as the platform's own server: `max_payload` 4 MiB. */
const configuration = (port: number, store: string): string => `
host: 127.0.0.1
port: ${port}
max_payload: 4194304
jetstream { store_dir: ${JSON.stringify(store)} }
`;

export async function startTestNats(): Promise<TestNats> {
  const directory = await mkdtemp(join(tmpdir(), 'nexus-nats-'));
  const store = join(directory, 'store');
  const config = join(directory, 'nats.conf');
  const port = await freePort();
  const url = `nats://127.0.0.1:${port}`;
  await writeFile(config, configuration(port, store));

  const binary = await natsServer();
  const start = async (): Promise<OwnedProcess> => {
    const started = await startOwned(binary, ['-c', config]);
    await waitFor(() => answers(url, started), { what: `nats-server on port ${port}` }).catch(
      async (error: unknown) => {
        await started.end('SIGKILL');
        throw error;
      },
    );
    return started;
  };
  let server = await start();
  const kill9 = (): Promise<void> => server.end('SIGKILL');
  return {
    url,
    port,
    kill9,
    restart: async () => {
      await server.end();
      server = await start();
    },
    deleteStore: async () => {
      await kill9();
      await rm(store, { recursive: true, force: true });
      server = await start();
    },
    stop: async () => {
      await server.end('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/**
 * Three servers that are one cluster, so that streams may have three replicas. Ready when JetStream has a leader.
 */
export interface TestNatsCluster {
  /** All of them, with commas between. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

export async function startTestNatsCluster(): Promise<TestNatsCluster> {
  const directory = await mkdtemp(join(tmpdir(), 'nexus-nats-cluster-'));
  const binary = await natsServer();
  const members = await Promise.all(
    [0, 1, 2].map(async (n) => ({ n, port: await freePort(), route: await freePort() })),
  );
  const routes = members.map(({ route }) => `"nats://127.0.0.1:${route}"`).join(', ');
  const servers: OwnedProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.end('SIGKILL')));
    await rm(directory, { recursive: true, force: true });
  };
  try {
    for (const { n, port, route } of members) {
      const config = join(directory, `${n}.conf`);
      const cluster = `server_name: test-${n}\ncluster { name: test, listen: "127.0.0.1:${route}", routes: [${routes}] }\n`;
      await writeFile(config, configuration(port, join(directory, `store-${n}`)) + cluster);
      servers.push(await startOwned(binary, ['-c', config]));
    }
    const url = members.map(({ port }) => `nats://127.0.0.1:${port}`).join(',');
    await waitFor(() => hasLeader(url), { what: 'a NATS cluster with JetStream', timeoutMs: 60_000 });
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function hasLeader(url: string): Promise<boolean> {
  const connection = await connect({ servers: url.split(','), reconnect: false, timeout: 1_000 });
  try {
    const answer = await connection.request('$JS.API.INFO', undefined, { timeout: 1_000 });
    return answer.json<{ error?: unknown }>().error === undefined;
  } finally {
    await connection.close();
  }
}

async function answers(url: string, server: OwnedProcess): Promise<boolean> {
  if (!server.alive()) throw new Error(`nats-server ended: ${server.output()}`);
  const connection = await connect({ servers: url, reconnect: false, timeout: 1_000 });
  await connection.close();
  return true;
}
