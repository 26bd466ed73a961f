/** Whose requests for tokens an access policy lets through. */
export type AllowClients = "declared" | "all" | "unmanaged";

/** As it counts: by default `all` on a server that is created, whose consumers are all its own, and `declared` on one that is there. */
export const allowedOn = (server: {
  readonly allowClients?: AllowClients | undefined;
  readonly create?: unknown;
}): AllowClients => server.allowClients ?? (server.create === undefined ? "declared" : "all");
