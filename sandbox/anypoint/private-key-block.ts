/**
 * The part of a client provider's JSON that carries the private key with which Anypoint registers clients.
 * Its wire names are not published (unknown): the default here is ours, and each name can be set, so that another
 * wire naming can be simulated.
 */
import { createPrivateKey } from "node:crypto";

export interface PrivateKeyCredentials {
  clientId: string;
  /** Unencrypted PEM. */
  privateKey: string;
  scopes: string[];
}

/** Dotted paths under `oidc_dynamic_client_provider`, and the value of the method that stands for private key JWT. */
export interface PrivateKeyBlockNames {
  /** Empty: nothing names the method; the block is there when its members are. */
  methodPath: string;
  methodValue: string | boolean;
  clientIdPath: string;
  privateKeyPath: string;
  scopesPath: string;
  /** `string`: one space-separated text. */
  scopesFormat: "array" | "string";
}

export const DEFAULT_PRIVATE_KEY_BLOCK: PrivateKeyBlockNames = {
  methodPath: "client.registration.authentication_method",
  methodValue: "private_key_jwt",
  clientIdPath: "client.registration.private_key_jwt.client_id",
  privateKeyPath: "client.registration.private_key_jwt.private_key",
  scopesPath: "client.registration.private_key_jwt.scopes",
  scopesFormat: "array",
};

type Tree = Record<string, unknown>;

const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null && !Array.isArray(value);

/** Takes the value at a path out of a tree, and every object that this leaves empty. */
function take(tree: Tree, path: string): unknown {
  const [head, ...rest] = path.split(".");
  if (head === undefined || !(head in tree)) return undefined;
  if (rest.length === 0) {
    const value = tree[head];
    delete tree[head];
    return value;
  }
  const child = tree[head];
  if (!isTree(child)) return undefined;
  const value = take(child, rest.join("."));
  if (value !== undefined && Object.keys(child).length === 0) delete tree[head];
  return value;
}

function put(tree: Tree, path: string, value: unknown): void {
  const [head, ...rest] = path.split(".");
  if (head === undefined) return;
  if (rest.length === 0) tree[head] = value;
  else {
    const child = isTree(tree[head]) ? tree[head] : {};
    tree[head] = child;
    put(child, rest.join("."), value);
  }
}

export interface SplitBlock {
  /** The tree without the block. */
  readonly rest: Tree;
  /** What the block said; undefined members were not sent. */
  readonly sent: { method?: unknown; clientId?: unknown; privateKey?: unknown; scopes?: unknown };
}

/** Separates the private-key block from the rest of `oidc_dynamic_client_provider`; the input is not changed. */
export function splitPrivateKeyBlock(tree: Tree, names: PrivateKeyBlockNames): SplitBlock {
  const rest = structuredClone(tree);
  const sent = {
    method: names.methodPath === "" ? undefined : take(rest, names.methodPath),
    clientId: take(rest, names.clientIdPath),
    privateKey: take(rest, names.privateKeyPath),
    scopes: take(rest, names.scopesPath),
  };
  return { rest, sent };
}

/** Puts the block back into a tree that is about to be answered. */
export function joinPrivateKeyBlock(tree: Tree, credentials: PrivateKeyCredentials, names: PrivateKeyBlockNames): void {
  if (names.methodPath !== "") put(tree, names.methodPath, names.methodValue);
  put(tree, names.clientIdPath, credentials.clientId);
  put(tree, names.privateKeyPath, credentials.privateKey);
  put(tree, names.scopesPath, names.scopesFormat === "array" ? credentials.scopes : credentials.scopes.join(" "));
}

export type BlockOutcome =
  | { readonly kind: "none" }
  | { readonly kind: "credentials"; readonly credentials: PrivateKeyCredentials }
  | { readonly kind: "invalid"; readonly path: string; readonly message: string };

/**
 * Reads what was sent on top of what is stored (a PATCH may bring single members).
 * Another method than the private-key one, or none and nothing stored, means that there is no block.
 */
export function readPrivateKeyBlock(
  sent: SplitBlock["sent"],
  stored: PrivateKeyCredentials | undefined,
  names: PrivateKeyBlockNames,
): BlockOutcome {
  const members = [sent.clientId, sent.privateKey, sent.scopes];
  const implied = stored !== undefined || (names.methodPath === "" && members.some((member) => member !== undefined));
  const method = sent.method ?? (implied ? names.methodValue : undefined);
  if (method !== names.methodValue) {
    if (members.every((member) => member === undefined)) return { kind: "none" };
    const message = `is only allowed when ${names.methodPath} is "${String(names.methodValue)}"`;
    return { kind: "invalid", path: names.privateKeyPath, message };
  }
  const clientId = sent.clientId ?? stored?.clientId;
  if (typeof clientId !== "string" || clientId === "") {
    return { kind: "invalid", path: names.clientIdPath, message: "should be a non-empty string" };
  }
  const privateKey = sent.privateKey ?? stored?.privateKey;
  if (typeof privateKey !== "string" || !isRsaPem(privateKey)) {
    return { kind: "invalid", path: names.privateKeyPath, message: "should be an unencrypted RSA private key in PEM" };
  }
  const scopes = sent.scopes === undefined ? stored?.scopes : readScopes(sent.scopes, names.scopesFormat);
  if (scopes === undefined || scopes.length === 0) {
    const wanted = names.scopesFormat === "array" ? "an array of scopes" : "a space-separated list of scopes";
    return { kind: "invalid", path: names.scopesPath, message: `should be ${wanted}` };
  }
  return { kind: "credentials", credentials: { clientId, privateKey, scopes } };
}

function readScopes(value: unknown, format: "array" | "string"): string[] | undefined {
  if (format === "string") return typeof value === "string" ? value.split(" ").filter(Boolean) : undefined;
  return Array.isArray(value) && value.every((scope) => typeof scope === "string") ? value : undefined;
}

function isRsaPem(text: string): boolean {
  try {
    return createPrivateKey(text).asymmetricKeyType === "rsa";
  } catch {
    return false;
  }
}
