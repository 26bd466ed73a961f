/** One client per connection and process, so that all resources share one token. */
import { AnypointClient } from "./client.ts";
import { type ReadConfig, readConnection } from "./connection.ts";

const clients = new Map<string, AnypointClient>();

/** The client of a configuration. Throws when it gives no usable connection. */
export function sharedClient(
  config: ReadConfig,
  environment: Readonly<Record<string, string | undefined>>,
): AnypointClient {
  const connection = readConnection(config, environment);
  const key = JSON.stringify(connection);
  let client = clients.get(key);
  if (client === undefined) {
    client = new AnypointClient({ connection });
    clients.set(key, client);
  }
  return client;
}
