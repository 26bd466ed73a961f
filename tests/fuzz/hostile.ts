/**
 * Answers as nobody should give them: a server that passes requests on to a right one and then spoils what comes back, and what a
 * message of ours must look like all the same.
 */
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
// Not the global one, which suites cut short.
import { clearTimeout, setTimeout } from "node:timers";
import { inspect } from "node:util";
import { expect } from "@jest/globals";
import fc from "fast-check";
import { AnypointError } from "../../providers/anypoint/errors.ts";
import { OktaError } from "../../providers/okta/errors.ts";

/** What stands in a body where what can't be made as a value goes: nested too deep for any recursion, very long, or what was sent. */
const DEEP = "@@deep@@";
const MANY = "@@many@@";
const LONG = "@@long@@";
const ECHO = "@@echo@@";

/** Made once: they are long. */
const NESTED = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
const ROWS = 150_000;

/** In place of some value of a right answer. */
const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0,
    1e308,
    1.5,
    "",
    " ",
    ".",
    "..",
    "\ud800",
    "\0",
    "__proto__",
    {},
    [],
    [[]],
  ),
  fc.constantFrom<unknown>(DEEP, MANY, LONG, "\u001b[2J\u202eevil", "<b>x</b>", "a\r\nHost: x", "//other.example/x"),
  fc.constant(ECHO),
  // JSON that no `String()` can take.
  fc.constant({ toString: 1, valueOf: null }),
  fc.constant([{ toString: 1 }]),
  fc.anything({ maxDepth: 2, withNullPrototype: false }),
);

const headers = fc.record(
  {
    "retry-after": fc.constantFrom("99999999999999999999", "-1", "1e9", "NaN", "Fri, 31 Dec 9999 23:59:59 GMT", ""),
    "x-ratelimit-reset": fc.constantFrom("99999999999999999999", "0", "x"),
    "x-ratelimit-remaining": fc.constantFrom("0", "-1", "x"),
    date: fc.constantFrom("never", "Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"),
    "content-type": fc.constantFrom("text/html", "application/json; charset=utf-16", "\u00e4/\u00f6", "image/png"),
    "content-encoding": fc.constantFrom("gzip", "br", "x-unknown"),
    "content-length": fc.constantFrom("0", "5", "99999999"),
    "set-cookie": fc.constant(Array.from({ length: 200 }, (_, index) => `c${index}=v; Path=/`)),
    "x-request-id": fc.constantFrom("x".repeat(8000), "\u00e4\u00f6\u00fc", "@@echo@@"),
    link: fc.constant('<@@other@@/stolen>; rel="next"'),
    location: fc.constant("@@other@@/stolen"),
  },
  { requiredKeys: [] },
);

/** What is done to an answer. */
export const attack = fc.record({
  /** The first call that is spoilt, and whether all after it are too. */
  from: fc.nat(7),
  goesOn: fc.boolean(),
  /** Keys or places, modulo what is there. */
  way: fc.array(fc.nat(12), { minLength: 1, maxLength: 6 }),
  junk,
  kind: fc.constantFrom(
    ...(["value", "value", "value", "value", "missing", "extra", "whole", "cut", "html", "empty", "binary"] as const),
    ...(["text", "error", "destroy", "short", "headers"] as const),
  ),
  status: fc.constantFrom(200, 201, 204, 302, 307, 400, 401, 403, 404, 405, 409, 429, 500, 503),
  /** Whether the status is given too, where the kind does not say so itself. */
  otherStatus: fc.boolean(),
  headers,
});
export type Attack = typeof attack extends fc.Arbitrary<infer T> ? T : never;

/** A right answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Answers rightly. */
export type Right = (request: IncomingMessage, body: string) => Promise<Answer>;

export class Hostile {
  readonly #server: Server;
  readonly #other: Server;
  readonly #right: Right;
  #attack: Attack | undefined;
  #count = 0;
  /** Values that were sent and are long enough to be told. */
  #sent: string[] = [];
  /** Requests that another host got. */
  elsewhere = 0;
  /** Paths that were asked for since the attack was set. */
  paths: string[] = [];
  url = "";
  other = "";

  constructor(right: Right) {
    this.#right = right;
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#other = createServer((_request, response) => {
      this.elsewhere++;
      response.end("{}");
    });
  }

  async start(): Promise<void> {
    [this.url, this.other] = await Promise.all([listen(this.#server), listen(this.#other)]);
  }

  close(): void {
    for (const server of [this.#server, this.#other]) {
      server.closeAllConnections();
      server.close();
    }
  }

  /** Spoils from here on; undefined: no more. */
  play(attack: Attack | undefined): void {
    [this.#attack, this.#count, this.#sent, this.paths] = [attack, 0, [], []];
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    this.#sent.push(...told(request.headers.authorization ?? "", body));
    this.paths.push(request.url ?? "");
    const right = await this.#right(request, body);
    const { from = 0, goesOn } = this.#attack ?? {};
    const at = this.#count++;
    if (this.#attack === undefined || (goesOn ? at < from : at !== from)) {
      response.writeHead(right.status, right.headers).end(right.body);
    } else this.#spoil(this.#attack, right, response);
  }

  #spoil(attack: Attack, right: Answer, response: ServerResponse): void {
    const { kind, otherStatus } = attack;
    if (kind === "destroy") return void response.destroy();
    const text = this.#filled(spoiltBody(attack, right.body));
    const status = kind === "error" || otherStatus ? attack.status : right.status;
    const redirect = status > 300 && status < 400 ? { location: `${this.other}/stolen` } : {};
    const more = kind === "headers" ? this.#headers(attack.headers) : {};
    try {
      response.writeHead(status, { "content-type": "application/json", ...redirect, ...more });
    } catch {
      // Not even Node.js sends it.
      return void response.destroy();
    }
    response.write(status === 204 ? "" : text);
    if (kind === "short" || kind === "headers") response.destroy();
    else response.end();
  }

  #headers(given: object): Record<string, string | string[]> {
    return JSON.parse(this.#filled(JSON.stringify(given))) as Record<string, string | string[]>;
  }

  #filled(text: string): string {
    const echo = this.#sent.map((value) => JSON.stringify(value).slice(1, -1)).join(" ");
    return text
      .replaceAll("@@other@@", this.other)
      .replaceAll(ECHO, () => echo)
      .replaceAll(LONG, () => "long ".repeat(50_000))
      .replaceAll(`"${DEEP}"`, NESTED);
  }
}

const listen = (server: Server): Promise<string> =>
  new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)),
  );

/** The token, and every text of a JSON body that may be a secret by its length. */
function told(authorization: string, body: string): string[] {
  const values = [authorization.slice(authorization.indexOf(" ") + 1)];
  try {
    JSON.parse(body, (_key, value: unknown) => void (typeof value === "string" && values.push(value)));
  } catch {
    values.push(body);
  }
  return values.filter((value) => value.length >= 16);
}

function spoiltBody({ kind, way, junk: by }: Attack, body: string): string {
  const parsed = (): unknown => {
    try {
      return JSON.parse(body);
    } catch {
      return {};
    }
  };
  switch (kind) {
    case "value":
    case "missing":
    case "extra":
      return text(changed(parsed(), way, by, kind));
    case "whole":
      return text(by);
    case "cut":
      return body.slice(0, Math.floor((body.length * ((way[0] ?? 0) + 1)) / 14));
    case "html":
      return `<html><style>b{}</style><script>x</script><body>${"<p>No".repeat((way[0] ?? 0) * 3000)} ${ECHO}</body>`;
    case "empty":
      return "";
    case "binary":
      return String.fromCharCode(...way.map((part) => part * 20)).repeat(20);
    case "text":
      return JSON.stringify(text(by));
    case "error":
      return JSON.stringify({ error: "bad", message: ECHO, error_description: ECHO, errors: [{ message: ECHO }] });
    case "destroy":
    case "short":
    case "headers":
      return body;
  }
}

function text(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    // BigInt.
    return "{";
  }
}

/** What lies at a place, a list by `MANY` of its first; replaced, taken out, or with more beside it. */
function changed(given: unknown, [step = 0, ...rest]: readonly number[], by: unknown, kind: string): unknown {
  if (typeof given !== "object" || given === null) return by;
  if (Array.isArray(given) && by === MANY && given.length > 0) {
    return Array.from({ length: ROWS }, () => given[0] as unknown);
  }
  const keys = Object.keys(given);
  if (keys.length === 0) return Array.isArray(given) ? [by] : { ...given, extra: by };
  const key = keys[step % keys.length]!;
  const copy = structuredClone(given) as Record<string, unknown>;
  const inner = copy[key];
  const goesDown = rest.length > 0 && typeof inner === "object" && inner !== null;
  if (goesDown) copy[key] = changed(inner, rest, by, kind);
  else if (kind === "missing") delete copy[key];
  else if (kind === "extra") Object.assign(copy, { [`extra${step}`]: by, [Symbol.iterator.toString()]: by });
  else copy[key] = by;
  return copy;
}

/** Words of V8's own errors, which nobody can do anything with. */
const CRASH =
  /is not a function|not iterable|Cannot (?:read|convert|set|create)|Maximum call stack|Invalid (?:array|string) length|of undefined|circular|Unexpected token|\[object Object\]/;

/** Longest message that a person is shown, in characters. */
const LONGEST = 12_000;

/** An error is one of ours, in words of ours, and shows no secret. */
export function expectOurs(error: unknown, secrets: readonly string[]): void {
  let root = error;
  while (root instanceof Error && root.cause instanceof Error) {
    if (root instanceof AnypointError || root instanceof OktaError) break;
    root = root.cause;
  }
  if (!(root instanceof AnypointError || root instanceof OktaError)) throw root;
  const { message } = error as Error;
  expectReadable(message);
  // What was made half carries its state, which the engine encrypts.
  expectNoSecret(message + inspect(root, { depth: 6, maxStringLength: null }) + JSON.stringify(root), secrets);
}

/** What a person is shown. */
export function expectReadable(message: string): void {
  expect(message).not.toMatch(CRASH);
  expect(message.trim()).not.toBe("");
  expect(message.length).toBeLessThan(LONGEST);
  // Nothing that moves the cursor or turns the text round.
  // eslint-disable-next-line no-control-regex
  expect(message).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
}

export function expectNoSecret(shown: string, secrets: readonly string[]): void {
  for (const secret of secrets) {
    const forms = [secret, JSON.stringify(secret).slice(1, -1)];
    for (const form of forms) if (shown.includes(form)) throw new Error(`a secret is shown in: ${shown.slice(0, 500)}`);
  }
}

/** Ends what would wait for ever, so that the case that did it is printed. */
export async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("still waiting")), 30_000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
