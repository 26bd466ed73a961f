/** The stand-in of the Command plugin. */
import type { EngineLog } from "../grpc/engine-log.ts";
import type { Plugin } from "../grpc/plugin.ts";
import { localCommand } from "./local-command.ts";

export const commandPlugin = (log: EngineLog): Plugin<EngineLog> => ({
  name: "command",
  version: "1.2.1",
  configuration: {},
  recordDefaults: false,
  resources: [localCommand],
  functions: [],
  configure: async () => log,
});
