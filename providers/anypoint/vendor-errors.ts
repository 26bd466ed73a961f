/**
 * Reads the reason out of Anypoint's error bodies, which have several shapes: `{errors: [{message, dataPath, keyword}]}`
 * of Access Management and API Manager, `{name, message}`, `{error, message}`, `{error, error_description}`, plain text
 * (confirmed: the generator's specs, DX-APIM).
 */

/** The reason in one line, or undefined when the body holds none. HTML pages of a proxy or balancer are reduced to their text. */
export function vendorReason(text: string): string | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  let body: unknown;
  try {
    body = JSON.parse(trimmed);
  } catch {
    return plain(trimmed);
  }
  return reasonOf(body);
}

/** Lists in lists that are looked into; what lies deeper is no reason of a vendor's. */
const DEEPEST = 8;

function reasonOf(body: unknown, depth = 0): string | undefined {
  if (depth > DEEPEST) return undefined;
  if (typeof body === "string") return plain(body);
  if (Array.isArray(body)) return joined(body.map((each) => reasonOf(each, depth + 1)));
  if (typeof body !== "object" || body === null) return undefined;
  const fields = body as Record<string, unknown>;
  if (Array.isArray(fields.errors)) return joined(fields.errors.map(entryReason)) ?? reasonOf(fields.message);
  const message = first(fields, ["message", "error_description", "details", "detail", "title"]);
  const name = first(fields, ["name", "error", "code"]);
  if (message === undefined) return name;
  return name === undefined || message.startsWith(name) ? message : `${name}: ${message}`;
}

/** One entry of `errors`: where, and what. */
function entryReason(entry: unknown): string | undefined {
  if (typeof entry !== "object" || entry === null) return reasonOf(entry);
  const fields = entry as Record<string, unknown>;
  const message = first(fields, ["message", "detail", "title", "keyword", "type"]);
  const where = first(fields, ["dataPath", "instancePath", "field"]);
  return where === undefined || message === undefined ? (message ?? where) : `${where} ${message}`;
}

function first(fields: Record<string, unknown>, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = fields[name];
    if (typeof value === "string" && value.trim() !== "") return value.trim();
    if (typeof value === "number") return String(value);
  }
  return undefined;
}

function joined(parts: readonly (string | undefined)[]): string | undefined {
  const known = parts.filter((part) => part !== undefined);
  return known.length === 0 ? undefined : known.join("; ");
}

function plain(text: string): string | undefined {
  const bare = text
    // Each begins where the last ended, also where the end is missing: nothing is gone through twice.
    .replace(/<(style|script)[\s\S]*?(?:<\/\1>|$)/gi, " ")
    .replace(/<[^<>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return bare === "" ? undefined : bare;
}
