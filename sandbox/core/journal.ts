/** The request journal: who called whom, with what method and path, and what came back. Never a body, a header or a secret. */

export type ServiceName = "okta" | "anypoint" | "gateway" | "backend";

export interface JournalEntry {
  /** 1 for the first request since the journal was made. */
  readonly seq: number;
  /** Time of arrival, ISO 8601. */
  readonly at: string;
  /** First product of the User-Agent header, `unknown` without one. */
  readonly caller: string;
  readonly service: ServiceName;
  readonly method: string;
  /** Path and query; values of query parameters that can carry a credential are blanked. */
  readonly path: string;
  /** Status answered; 0 when the connection was cut by a fault. */
  readonly status: number;
  /** Kind of the fault that was played, if any. */
  readonly fault?: string;
}

const CREDENTIAL_PARAMETERS = /token|secret|password|assertion|key|code/i;

/** Path and query of a request with credentials blanked. */
export function blankSecrets(url: URL): string {
  const query = new URLSearchParams(url.search);
  for (const name of new Set(query.keys())) {
    if (CREDENTIAL_PARAMETERS.test(name)) query.set(name, "[blanked]");
  }
  const text = query.toString();
  return text === "" ? url.pathname : `${url.pathname}?${text}`;
}

/** The SDKs inside the real Okta plugin name themselves (confirmed: terraform-provider-okta, okta-sdk-golang); so does its stand-in. */
const OKTA_PLUGIN = /^(local-v2-sdk|okta-sdk-golang)\//;

/** First product of a User-Agent: `AnypointPlatform/1 node` gives `AnypointPlatform`. The Okta plugin's SDKs give the plugin. */
export function callerOf(userAgent: string | null | undefined): string {
  if (OKTA_PLUGIN.test(userAgent ?? "")) return "pulumi-resource-okta";
  return userAgent?.split(/[\s/]/, 1)[0] || "unknown";
}

export class Journal {
  readonly #entries: JournalEntry[] = [];
  #seq = 0;

  record(entry: Omit<JournalEntry, "seq">): void {
    this.#seq += 1;
    this.#entries.push({ seq: this.#seq, ...entry });
  }

  /** Entries so far, oldest first; optionally of one service, or only those after a sequence number. */
  entries(filter: { service?: ServiceName; after?: number } = {}): JournalEntry[] {
    return this.#entries.filter(
      (entry) => (filter.service === undefined || entry.service === filter.service) && entry.seq > (filter.after ?? 0),
    );
  }

  /** Sequence number of the newest entry, to be used as `after`. */
  get position(): number {
    return this.#seq;
  }

  clear(): void {
    this.#entries.length = 0;
  }
}
