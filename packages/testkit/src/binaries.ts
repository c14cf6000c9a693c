import { provideBinary, provideTemporalTestServer } from '@nexus/local/provide';

/** What the launcher says while it builds something goes nowhere: the engines are up, so everything was built before. */
const silently = (): void => undefined;

/** Path of the pinned `nats-server`. */
export async function natsServer(): Promise<string> {
  const { 'nats-server': path } = await provideBinary('nats', silently);
  if (path === undefined) throw new Error('the launcher provides no nats-server');
  return path;
}

/** Path of the executable that starts Temporal's time-skipping server. */
export const temporalTestServer = (): Promise<string> => provideTemporalTestServer(silently);
