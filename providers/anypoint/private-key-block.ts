/**
 * The part of a client provider's JSON that says "register clients by private key JWT". Its names are not published
 * (unknown): the default below is unverified, and each name can be set by configuration.
 */
import { z } from "zod";

/** A dotted path below `oidc_dynamic_client_provider`. */
const dotted = z
  .string({ error: "give a dotted path below oidc_dynamic_client_provider" })
  .regex(/^[A-Za-z_$][\w$-]*(?:\.[A-Za-z_$][\w$-]*)*$/, {
    error: "give a dotted path, for example client.registration",
  })
  .refine((path) => !/(^|\.)(__proto__|constructor|prototype)(\.|$)/.test(path), { error: "is not a possible path" });

export const privateKeyBlockNames = z.strictObject({
  /** Empty: nothing names the method, the members alone do. */
  methodPath: z
    .union([z.literal(""), dotted], { error: "give a dotted path, for example client.registration" })
    .optional(),
  methodValue: z.union([z.string().min(1), z.boolean()], { error: "give a text, true or false" }).optional(),
  clientIdPath: dotted.optional(),
  privateKeyPath: dotted.optional(),
  scopesPath: dotted.optional(),
  scopesFormat: z.enum(["array", "string"], { error: 'give "array" or "string"' }).optional(),
});

/** Overrides of the default names. */
export type PrivateKeyBlockNames = z.output<typeof privateKeyBlockNames>;

export type AllNames = Required<PrivateKeyBlockNames>;

/** Unverified. */
export const DEFAULT_NAMES = {
  methodPath: "client.registration.authentication_method",
  methodValue: "private_key_jwt",
  clientIdPath: "client.registration.private_key_jwt.client_id",
  privateKeyPath: "client.registration.private_key_jwt.private_key",
  scopesPath: "client.registration.private_key_jwt.scopes",
  scopesFormat: "array",
} as const satisfies AllNames;

export interface PrivateKeyCredentials {
  readonly clientId: string;
  /** PKCS#8 PEM. */
  readonly privateKey: string;
  readonly scopes: readonly string[];
}

export type Tree = Record<string, unknown>;

const withDefaults = (names: PrivateKeyBlockNames | undefined): AllNames => ({
  ...DEFAULT_NAMES,
  ...names,
});

/** Adds the block to a tree `oidc_dynamic_client_provider`; gives a new tree. */
export function withPrivateKeyBlock(
  tree: Tree,
  credentials: PrivateKeyCredentials,
  names?: PrivateKeyBlockNames,
): Tree {
  const at = withDefaults(names);
  const { clientId, privateKey } = credentials;
  const scopes = at.scopesFormat === "array" ? [...credentials.scopes] : credentials.scopes.join(" ");
  let whole = at.methodPath === "" ? tree : put(tree, at.methodPath, at.methodValue);
  whole = put(whole, at.clientIdPath, clientId);
  whole = put(whole, at.privateKeyPath, privateKey);
  return put(whole, at.scopesPath, scopes);
}

/** What a read shows of the block. The key itself is masked and never compared. */
export interface SeenBlock {
  readonly clientId?: string;
  /** Sorted. */
  readonly scopes?: readonly string[];
  /** Paths of members that are missing, or of a method that is another one. Empty: the block is there. */
  readonly missing: readonly string[];
}

/** Looks for the block in a tree `oidc_dynamic_client_provider`. */
export function seePrivateKeyBlock(tree: Tree, names?: PrivateKeyBlockNames): SeenBlock {
  const at = withDefaults(names);
  const clientId = take(tree, at.clientIdPath);
  const scopes = take(tree, at.scopesPath);
  const privateKey = take(tree, at.privateKeyPath);
  const list = Array.isArray(scopes)
    ? scopes.filter((scope) => typeof scope === "string")
    : typeof scopes === "string"
      ? scopes.split(/\s+/)
      : undefined;
  const missing = [
    ...(at.methodPath === "" || take(tree, at.methodPath) === at.methodValue ? [] : [at.methodPath]),
    ...(typeof clientId === "string" && clientId !== "" ? [] : [at.clientIdPath]),
    // Masked or not, something must stand for the key.
    ...(typeof privateKey === "string" && privateKey !== "" ? [] : [at.privateKeyPath]),
    ...(list === undefined ? [at.scopesPath] : []),
  ];
  return {
    clientId: typeof clientId === "string" ? clientId : undefined,
    scopes: list?.filter((scope) => scope !== "").sort(),
    missing,
  };
}

function put(tree: Tree, path: string, value: unknown): Tree {
  const [head = "", ...rest] = path.split(".");
  if (rest.length === 0) return { ...tree, [head]: value };
  const child = tree[head];
  return { ...tree, [head]: put(isTree(child) ? child : {}, rest.join("."), value) };
}

function take(tree: Tree, path: string): unknown {
  let value: unknown = tree;
  for (const part of path.split(".")) {
    if (!isTree(value) || !Object.hasOwn(value, part)) return undefined;
    value = value[part];
  }
  return value;
}

const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null && !Array.isArray(value);
