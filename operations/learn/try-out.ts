/**
 * Tries learned names on a throw-away client provider, by the same code as `pulumi up`: made with a fresh key, read back, and
 * deleted again whatever comes of it. Nothing else is written.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type AnypointClient, path } from "../../providers/anypoint/client.ts";
import { findOurs } from "../../providers/anypoint/client-provider-calls.ts";
import { createClientProvider } from "../../providers/anypoint/client-provider.ts";
import {
  type ClientProviderAnswer,
  type ClientProviderInputs,
  seeProvider,
} from "../../providers/anypoint/client-provider-wire.ts";
import { AnypointError } from "../../providers/anypoint/errors.ts";
import { HalfCreated } from "../../providers/anypoint/creation.ts";
import type { AllNames } from "../../providers/anypoint/private-key-block.ts";
import { createSigningKey } from "../../providers/signing-key.ts";

export interface TryOut {
  readonly name: string;
  /** Whether the provider was made and read back as written. */
  readonly ok: boolean;
  /** Why not. */
  readonly problem?: string;
  /** Whether it is gone again. */
  readonly deleted: boolean;
  /** Why it may still be there. */
  readonly leftOver?: string;
}

export const newTryOutName = (): string => `okta-anypoint-learn-${randomBytes(5).toString("hex")}`;

/** Makes, reads back and deletes. `like` gives the published settings, `names` those of the block. */
export async function tryOut(
  client: AnypointClient,
  name: string,
  organizationId: string,
  like: ClientProviderAnswer,
  names: AllNames,
  scopes: readonly string[],
): Promise<TryOut> {
  const inputs = await throwAway(name, like, names, scopes);
  let problem: string | undefined;
  let id: string | undefined;
  try {
    ({ id } = await createClientProvider(client, inputs));
  } catch (error) {
    if (error instanceof HalfCreated) ({ id } = error);
    // Nothing is thrown on from here: what was made must go first.
    const ours = error instanceof HalfCreated || error instanceof AnypointError;
    problem = ours
      ? error.message
      : `the tool itself failed (${error instanceof Error ? error.name : "unknown error"})`;
  }
  const leftOver = await remove(client, organizationId, inputs, id);
  return {
    name,
    ok: problem === undefined,
    ...(problem !== undefined && { problem }),
    deleted: leftOver === undefined,
    ...(leftOver !== undefined && { leftOver }),
  };
}

async function throwAway(
  name: string,
  like: ClientProviderAnswer,
  privateKeyBlock: AllNames,
  scopes: readonly string[],
): Promise<ClientProviderInputs> {
  const { fields } = seeProvider(like, undefined);
  const { state } = await createSigningKey({ modulusLength: 2048 });
  const url = (value: string | undefined): string => value ?? "https://okta-anypoint-learn.invalid";
  return {
    name,
    issuer: url(fields.issuer),
    registrationUrl: url(fields.registrationUrl),
    authorizeUrl: url(fields.authorizeUrl),
    tokenUrl: url(fields.tokenUrl),
    introspectionUrl: url(fields.introspectionUrl),
    managerClientId: name,
    managerPrivateKey: state.pem,
    managerScopes: [...scopes],
    inspectorClientId: name,
    inspectorClientSecret: randomBytes(16).toString("hex"),
    allowLocalClientDeletion: false,
    allowExternalClientModification: false,
    timeoutSeconds: 5,
    allowUntrustedCertificates: fields.allowUntrustedCertificates ?? false,
    privateKeyBlock,
  };
}

const TRIES = 3;

/** Deletes what was made, or what a lost answer may have made. Gives what keeps it from being sure that it is gone. */
async function remove(
  client: AnypointClient,
  organizationId: string,
  inputs: ClientProviderInputs,
  id: string | undefined,
): Promise<string | undefined> {
  let problem = "";
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    try {
      const there = id ?? (await findOurs(client, organizationId, inputs))?.providerId;
      if (there === undefined) return undefined;
      await client.delete({
        operation: "clientProviders.delete",
        subject: `client provider "${inputs.name}" of organization ${organizationId}`,
        path: path`/accounts/api/organizations/${organizationId}/clientProviders/${there}`,
      });
      return undefined;
    } catch (error) {
      problem = error instanceof AnypointError ? error.message : "The tool itself failed.";
      if (attempt < TRIES) await sleep(attempt * 500);
    }
  }
  return problem;
}
