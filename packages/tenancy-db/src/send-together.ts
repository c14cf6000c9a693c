import pg, { type ClientBase, type QueryConfig } from 'pg';

/**
 * Sends a statement together with all that is sent on its connection before this turn of the event loop ends: one packet
 * instead of one for each. A packet wakes PostgreSQL, which on a busy machine takes the processor from who has not yet
 * sent the rest.
 */
export function sendTogether(
  client: ClientBase,
  config: QueryConfig & { readonly query_timeout: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const query = new pg.Query(config, (error?: Error | null) => {
      if (error === undefined || error === null) resolve();
      else reject(error);
    });
    const submit = query.submit.bind(query);
    query.submit = (connection) => {
      const { stream } = connection;
      stream.cork();
      process.nextTick(() => {
        stream.uncork();
      });
      // What it returns is an error for the client, though its type does not say so.
      return submit(connection);
    };
    client.query(Object.assign(query, { query_timeout: config.query_timeout }));
  });
}
