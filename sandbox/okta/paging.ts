/** Lists in pages: `limit`, an opaque `after` cursor, and `Link` headers. */
import { validationFailed } from "./errors.ts";
import type { Org, RequestContext } from "./org.ts";

export interface PageSize {
  /** Used when the request has no `limit`. */
  readonly default: number;
  readonly maximum: number;
}

const toCursor = (id: string): string => Buffer.from(id).toString("base64url");
const fromCursor = (cursor: string): string => Buffer.from(cursor, "base64url").toString();

/** The page that the request asks for; sets `Link` headers for itself and, if there is more, for the next one. */
export function page<T extends { id: string }>(c: RequestContext, org: Org, items: T[], size: PageSize): T[] {
  const asked = c.req.query("limit");
  const limit = asked === undefined || asked === "-1" ? size.default : Number(asked);
  if (!Number.isInteger(limit) || limit < 1)
    throw validationFailed("limit", "limit: The limit must be a positive number.");
  const take = Math.min(limit, size.maximum);

  const after = c.req.query("after");
  const start = after === undefined ? 0 : items.findIndex(({ id }) => id === fromCursor(after)) + 1;
  if (after !== undefined && start === 0) throw validationFailed("after", "after: The cursor is not valid.");
  const selected = items.slice(start, start + take);

  const url = new URL(c.req.url);
  const self = new URL(url.pathname + url.search, org.baseUrl);
  c.header("link", `<${self.href}>; rel="self"`, { append: true });
  const last = selected.at(-1);
  if (last !== undefined && start + take < items.length) {
    const next = new URL(self);
    next.searchParams.set("after", toCursor(last.id));
    next.searchParams.set("limit", String(take));
    c.header("link", `<${next.href}>; rel="next"`, { append: true });
  }
  return selected;
}
