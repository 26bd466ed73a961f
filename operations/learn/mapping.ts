/**
 * Which unpublished value is which part of the private-key block. What each looks like is known: a PEM or its mask, a client
 * id, scopes of Okta. The selector of the method is what is left, if anything is: a text, or a switch that is on.
 */
import { DEFAULT_NAMES, type AllNames } from "../../providers/anypoint/private-key-block.ts";
import { type Leaf, dottedPath, placeOf } from "./unpublished.ts";

export interface Mapping {
  /** All names, when every part was found. */
  readonly names?: AllNames;
  /** Those of the names that the default has otherwise. */
  readonly overrides: Partial<AllNames>;
  readonly clientId?: string;
  readonly scopes?: readonly string[];
  /** What is not sure, or not there: a sentence each. Empty: nothing is in doubt. */
  readonly doubts: readonly string[];
  /** Places that belong to no part. They may or may not be needed by a write. */
  readonly others: readonly Leaf[];
}

export interface Hints {
  /** Client id of the Manager that the provider was made with, where it is known. */
  readonly managerClientId?: string;
  /** The published `token_endpoint_auth_methods_supported`, which no description explains. */
  readonly authMethods?: readonly string[];
}

const MASKED = /^\*+$/;
const PEM = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const SECRET_KEY = /(?:key|pem|secret|password|token)$/i;

/** Likeness of a leaf to a part; 0: it is not that part. */
type Likeness = (leaf: Leaf) => number;

const keyOf = (leaf: Leaf): string => leaf.keys.at(-1) ?? "";

const likePrivateKey: Likeness = (leaf) => {
  const { value } = leaf;
  if (typeof value !== "string" || value === "") return 0;
  if (PEM.test(value)) return 100;
  if (!MASKED.test(value)) return 0;
  return /private.?key|pem/i.test(keyOf(leaf)) ? 12 : /key/i.test(keyOf(leaf)) ? 11 : 10;
};

/** A last resort, for an answer that masks in a way of its own: the key's name alone. */
const namedPrivateKey: Likeness = (leaf) =>
  typeof leaf.value !== "string" || scopesOf(leaf.value) !== undefined
    ? 0
    : /private.?key|pem$/i.test(keyOf(leaf))
      ? 2
      : /key$/i.test(keyOf(leaf))
        ? 1
        : 0;

/** Scopes, when all of them are Okta's own. */
function scopesOf(value: unknown): string[] | undefined {
  const scopes = typeof value === "string" ? value.split(/\s+/).filter((scope) => scope !== "") : value;
  if (!Array.isArray(scopes) || scopes.length === 0) return undefined;
  return scopes.every((scope) => typeof scope === "string" && /^okta\.\S+$/.test(scope)) ? scopes : undefined;
}

const likeScopes: Likeness = ({ value }) => (scopesOf(value) === undefined ? 0 : 1);

const likeClientId =
  ({ managerClientId }: Hints): Likeness =>
  (leaf) => {
    const { value } = leaf;
    if (typeof value !== "string" || value === "" || MASKED.test(value)) return 0;
    if (value === managerClientId) return 100;
    if (/^0oa[A-Za-z0-9]{17}$/.test(value)) return 10;
    return /client.?id/i.test(keyOf(leaf)) ? 2 : /id$/i.test(keyOf(leaf)) ? 1 : 0;
  };

const METHOD = /jwt|private.?key|oauth2/i;

const likeMethod: Likeness = (leaf) => {
  const { value } = leaf;
  if (typeof value === "string" && value !== "" && value.length <= 64 && !MASKED.test(value)) {
    if (METHOD.test(value)) return 100;
    return SECRET_KEY.test(keyOf(leaf)) ? 0 : /method|type|mode|auth/i.test(keyOf(leaf)) ? 20 : 10;
  }
  return value === true && METHOD.test(keyOf(leaf)) ? 5 : 0;
};

/** Proposes the mapping of the leaves that the published schema lacks. */
export function proposeMapping(all: readonly Leaf[], hints: Hints = {}): Mapping {
  const doubts: string[] = [];
  let left = all.filter((leaf) => dottedPath(leaf) !== undefined);

  const choose = (part: string, likeness: Likeness): Leaf | undefined => {
    const ranked = left.map((leaf) => ({ leaf, rank: likeness(leaf) })).filter(({ rank }) => rank > 0);
    const best = Math.max(...ranked.map(({ rank }) => rank));
    const [first, ...same] = ranked.filter(({ rank }) => rank === best).map(({ leaf }) => leaf);
    if (first === undefined) return undefined;
    if (same.length > 0) {
      doubts.push(`${part}: it may be at ${[first, ...same].map(placeOf).join(" or ")}; the first is taken.`);
    }
    left = left.filter((leaf) => leaf !== first);
    return first;
  };

  const scopes = choose("scopes", likeScopes);
  const byValue = choose("private key", likePrivateKey);
  const clientId = choose("client id", likeClientId(hints));
  const privateKey = byValue ?? choose("private key", namedPrivateKey);
  const method = choose("method", likeMethod);
  const others = all.filter((leaf) => ![scopes, privateKey, clientId, method].includes(leaf));

  const missing = Object.entries({ "the private key": privateKey, "the client id": clientId, "the scopes": scopes })
    .filter(([, leaf]) => leaf === undefined)
    .map(([part]) => part);
  if (missing.length > 0) doubts.push(`Nothing unpublished looks like ${missing.join(", ")}.`);
  if (byValue === undefined && privateKey !== undefined) {
    doubts.push(`private key: ${placeOf(privateKey)} is taken by its name alone; its value is no PEM and not masked.`);
  }
  if (clientId !== undefined && hints.managerClientId !== undefined && clientId.value !== hints.managerClientId) {
    doubts.push(
      `client id: ${placeOf(clientId)} holds ${shownId(clientId)}, and not the Manager's ${hints.managerClientId}.`,
    );
  } else if (clientId !== undefined && likeClientId(hints)(clientId) < 10) {
    doubts.push(`client id: ${placeOf(clientId)} is taken by its name alone; --manager-client-id ID makes it sure.`);
  }
  if (missing.length === 0 && method === undefined) {
    const { authMethods = [] } = hints;
    const perhaps =
      authMethods.length === 0
        ? ""
        : ` Perhaps the published client.token_endpoint_auth_methods_supported does (${authMethods.join(", ")}).`;
    doubts.push(
      `method: nothing unpublished names it, so none is written (methodPath: empty). --check shows whether that does.${perhaps}`,
    );
  }
  const outside = others.filter((leaf) => dottedPath(leaf) === undefined);
  if (outside.length > 0) {
    doubts.push(`Out of reach of the configuration, by place or by name: ${outside.map(placeOf).join(", ")}.`);
  }
  const switches = others.filter(({ value }) => value === true);
  if (switches.length > 0) {
    doubts.push(`On, and of no known meaning: ${switches.map(placeOf).join(", ")}. A write leaves them out.`);
  }

  const found = {
    ...(typeof clientId?.value === "string" && { clientId: clientId.value }),
    ...(scopes && { scopes: scopesOf(scopes.value) ?? [] }),
  };
  if (privateKey === undefined || clientId === undefined || scopes === undefined) {
    return { ...found, overrides: {}, doubts, others };
  }
  const names: AllNames = {
    methodPath: method === undefined ? "" : (dottedPath(method) ?? ""),
    methodValue: method === undefined ? DEFAULT_NAMES.methodValue : (method.value as string | boolean),
    clientIdPath: dottedPath(clientId) ?? "",
    privateKeyPath: dottedPath(privateKey) ?? "",
    scopesPath: dottedPath(scopes) ?? "",
    scopesFormat: Array.isArray(scopes.value) ? "array" : "string",
  };
  const overrides = Object.fromEntries(
    Object.entries(names).filter(([key, value]) => DEFAULT_NAMES[key as keyof AllNames] !== value),
  ) as Partial<AllNames>;
  return { ...found, names, overrides, doubts, others };
}

/** A client id, which is no secret, unless it does not look like one. */
const shownId = ({ value }: Leaf): string => (/^[\w.-]{4,100}$/.test(String(value)) ? String(value) : "something else");
