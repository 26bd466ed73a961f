/**
 * What a change of the configuration would do to all consumers at once, told from what the stack expected before and expects
 * now. Nothing here talks to a network, and nothing is said of what an earlier release did not note down.
 */
import { type Expectations, inspectorsOf, managersOf } from "./expectations.ts";
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
      whatToDo:
        "The stack is protected. If it is meant: set okta-anypoint:protect to false without this change, `pulumi up`, then make the change.",
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

/** Generations of one of the apps: the same ones by their numbers. */
function pairs<T extends { readonly generation?: number }>(former: readonly T[], now: readonly T[]): [T, T][] {
  return now.flatMap((to) =>
    former.filter((from) => (from.generation ?? 1) === (to.generation ?? 1)).map((from): [T, T] => [from, to]),
  );
}

const numbers = (apps: readonly { readonly generation?: number }[]): string =>
  `[${apps.map(({ generation = 1 }) => generation).join(", ")}]`;

const INSTEAD = "Rotate by generations, one beside the other, in its place: `npm run rotate`.";

function managerCutOff(former: Expectations, expected: Expectations): CutOff[] {
  const [before, now] = [managersOf(former), managersOf(expected)];
  const kept = pairs(before, now);
  const consequence = `the former app is deleted by the same \`pulumi up\`, with the tokens that Anypoint still has of it, and where that stops half-way no client can be registered. ${INSTEAD}`;
  const what = (changed: string) => `App A, the Manager, would be replaced (${changed})`;
  const replaced = kept
    .filter(([from, to]) => from.clientId !== to.clientId)
    .map(([from, to]) => change("manager.clientId", from.clientId, to.clientId));
  if (kept.length === 0) replaced.push(change("manager.generations", numbers(before), numbers(now)));
  return replaced.map((changed) => ({ side: "Okta", what: what(changed), consequence }));
}

function inspectorCutOff(former: Expectations, expected: Expectations): CutOff[] {
  const named = (app: Expectations["inspector"]) =>
    app.appId ?? (app.adopted === true ? undefined : "the one of this stack");
  const [before, now] = [inspectorsOf(former), inspectorsOf(expected)];
  const kept = pairs(before, now);
  const replaced = kept.flatMap(([from, to]) => {
    const [was, is] = [named(from), to.appId];
    return was === undefined || is === undefined || was === is ? [] : [change("adopt.inspectorApp", was, is)];
  });
  if (kept.length === 0) replaced.push(change("inspector.generations", numbers(before), numbers(now)));
  return replaced.map((changed) => ({
    side: "Okta",
    what: `App B, the Inspector, would be replaced (${changed})`,
    consequence: `gateways introspect with the former app until they have fetched the policy again, and find every token inactive if it is deleted before. ${INSTEAD}`,
  }));
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
