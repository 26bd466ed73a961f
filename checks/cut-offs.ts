/**
 * What a change of the configuration would do to all consumers at once, told from what the stack expected before and expects
 * now. Nothing here talks to a network, and nothing is said of what an earlier release did not note down.
 */
import type { Expectations } from "./expectations.ts";
import type { Finding } from "./finding.ts";

interface CutOff {
  readonly side: Finding["side"];
  /** Which object, and the settings that change. */
  readonly what: string;
  /** What consumers would feel, and what to do in its place. */
  readonly consequence: string;
}

const CHECK = { check: "cut-offs", title: "what all consumers depend on", code: "cuts-off-consumers" } as const;

/** Failures where the stack is protected, and warnings where it is not. */
export function cutOffs(former: Expectations | undefined, expected: Expectations): Finding[] {
  if (former === undefined) return [];
  const found = [
    ...orgCutOff(former, expected),
    ...managerCutOff(former, expected),
    ...inspectorCutOff(former, expected),
    ...serverCutOff(former, expected),
    ...providerCutOff(former, expected),
  ];
  const refused = expected.protect === true;
  return found.map(({ side, what, consequence }) => ({
    ...CHECK,
    side,
    status: refused ? "fail" : "warn",
    seen: `${what}: ${consequence}`,
    ...(refused && {
      whatToDo: "The stack is protected. If it is meant, set okta-anypoint:protect to false and run the command again.",
    }),
  }));
}

const change = (key: string, from: string, to: string): string => `okta-anypoint:${key} ${from} → ${to}`;

function orgCutOff({ orgUrl: from }: Expectations, { orgUrl: to }: Expectations): CutOff[] {
  if (from === undefined || to === undefined || from === to) return [];
  return [
    {
      side: "Okta",
      what: `The stack would go to another Okta org (${change("orgUrl", from, to)})`,
      consequence:
        "what it made stays in the former org, and in another one nothing of it is there. Only another URL of the same org is an update. For another org make another stack.",
    },
  ];
}

function managerCutOff({ manager: from }: Expectations, { manager: to }: Expectations): CutOff[] {
  if (from.clientId === to.clientId) return [];
  return [
    {
      side: "Okta",
      what: `App A, the Manager, would be replaced (${change("manager.clientId", from.clientId, to.clientId)})`,
      consequence:
        "the former app is deleted by the same `pulumi up`, with the tokens that Anypoint still has of it, and where that stops half-way no client can be registered. Rotate by generations in its place.",
    },
  ];
}

function inspectorCutOff({ inspector: from }: Expectations, { inspector: to }: Expectations): CutOff[] {
  const named = (app: Expectations["inspector"]) =>
    app.appId ?? (app.adopted === true ? undefined : "the one of this stack");
  const [before, after] = [named(from), to.appId];
  if (before === undefined || after === undefined || before === after) return [];
  return [
    {
      side: "Okta",
      what: `App B, the Inspector, would be replaced (${change("adopt.inspectorApp", before, after)})`,
      consequence:
        "gateways introspect with the former app until they have fetched the policy again, and find every token inactive if it is deleted before. Rotate by generations in its place.",
    },
  ];
}

function serverCutOff(
  { authorizationServer: from }: Expectations,
  { authorizationServer: to }: Expectations,
): CutOff[] {
  const named = (server: Expectations["authorizationServer"]) =>
    server === undefined ? "the org's own" : (server.id ?? "one of this stack");
  if (named(from) === named(to)) return [];
  const deleted = from?.create === undefined ? "" : " The former server is deleted, with all its scopes and policies.";
  return [
    {
      side: "Okta",
      what: `Consumers would get their tokens from another authorization server (${change("authorizationServer", named(from), named(to))})`,
      consequence: `another issuer and token URL for each of them, and the tokens that they have are refused.${deleted} Move to it by a second stack.`,
    },
  ];
}

function providerCutOff({ clientProvider: from }: Expectations, { clientProvider: to }: Expectations): CutOff[] {
  if (from.id === undefined || from.id === to.id) return [];
  if (to.waiting === true) {
    return [
      {
        side: "Anypoint",
        what: `The client provider would be waited for again (${change("clientProvider.id", from.id, "none")})`,
        consequence: "the assignments, APIs and consumers of this stack are deleted. Keep the id.",
      },
    ];
  }
  if (to.id === undefined) return [];
  return [
    {
      side: "Anypoint",
      what: `The APIs would be bound to another client provider (${change("clientProvider.id", from.id, to.id)})`,
      consequence: "it knows none of the clients that were registered by the former one, and their calls are refused.",
    },
  ];
}
