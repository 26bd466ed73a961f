/** The stack by itself: outputs against state, and the age of the key. */
import { keyAgeDays, keyRotationDue } from "../config/key-age.ts";
import type { Deployed } from "./deployed.ts";
import type { Finding } from "./finding.ts";
import { type Check, type Report, check, reportOf } from "./report.ts";

/** For stacks whose outputs do not say when the key is due. */
const USUAL_AGE = { maxKeyAgeDays: 180 };

/** `now`: milliseconds since the epoch. */
export const stackChecks = (deployed: Deployed, now: number): Check[] => [
  check(reportOf("stack-state"), (report) => Promise.resolve(checkState(report, deployed))),
  ...(deployed.key === undefined
    ? []
    : [check(reportOf("manager-key-age"), (report) => Promise.resolve(checkAge(report, deployed, now)))]),
];

function checkState(report: Report<"stack-state">, deployed: Deployed): Finding {
  const { outputs, manager, inspector, provider, key, apis, consumers } = deployed;
  const absent = Object.entries({
    "the Manager app": manager,
    "the Manager's key": key,
    "the Inspector app": inspector,
    "the client provider": outputs.clientProviderMode === "manual" ? {} : provider,
    "the stack's outputs": outputs.orgUrl,
  })
    .filter(([, value]) => value === undefined)
    .map(([name]) => name)
    .concat(lostByRefresh(deployed));
  if (absent.length > 0) {
    return report.fail(
      "stack-incomplete",
      `The state lacks ${absent.join(", ")}: an \`up\` was cut off or failed, or a refresh found it gone.`,
      "Run `pulumi up`; what fails in it is named there.",
    );
  }
  const old = outputPairs(deployed)
    .filter(([, said, is]) => said !== undefined && is !== undefined && said !== is)
    .map(([name, said, is]) => `${name} says ${String(said)}, the state ${String(is)}`);
  return old.length > 0
    ? report.warn(
        "stack-outputs-old",
        `${old.join("; ")}. Other stacks read the old values.`,
        "Run `pulumi up`: it renews the outputs.",
      )
    : report.ok(`${apis.length} API(s), ${consumers.length} application(s), outputs as the state`);
}

/** What the outputs of the last `up` speak of, and the state has no more. */
function lostByRefresh({ outputs, apis, consumers, assignments }: Deployed): string[] {
  const named = <T>(output: string) => Object.entries((outputs[output] ?? {}) as Record<string, T>);
  const environments = (outputs.environments ?? []) as readonly { readonly name: string; readonly id: string }[];
  return [
    ...environments
      .filter(({ id }) => !assignments.some(({ environmentId }) => environmentId === id))
      .map(({ name }) => `the assignment to ${name}`),
    ...named("apis").flatMap(([name]) => {
      const api = apis.find((one) => one.name === name);
      if (api === undefined) return [`the instance of ${name}`];
      return api.policy === undefined ? [`the policy of ${name}`] : [];
    }),
    ...named<{ contractStatus?: string }>("consumers").flatMap(([name, { contractStatus = "NONE" }]) => {
      const consumer = consumers.find((one) => one.name === name);
      if (consumer === undefined) return [`the application of ${name}`];
      return consumer.contract === undefined && contractStatus !== "NONE" ? [`the contract of ${name}`] : [];
    }),
  ];
}

/** Outputs with what the state says: name, output, state. */
function outputPairs({ outputs, manager, inspector, provider, key, apis, consumers }: Deployed) {
  const member = (output: string, name: string, field: string): unknown =>
    (outputs[output] as Record<string, Record<string, unknown> | undefined> | undefined)?.[name]?.[field];
  return [
    ["managerClientId", outputs.managerClientId, manager?.clientId],
    ["inspectorClientId", outputs.inspectorClientId, inspector?.clientId],
    ["activeKid", outputs.activeKid, key?.kid],
    ["clientProviderId", outputs.clientProviderId, provider?.providerId],
    ["introspectionUrl", outputs.introspectionUrl, provider?.introspectionUrl],
    ...apis.map(({ name, place }) => [`apis.${name}.instanceId`, member("apis", name, "instanceId"), place.apiId]),
    ...consumers.map(({ name, application }) => [
      `consumers.${name}.clientId`,
      member("consumers", name, "clientId"),
      application.clientId,
    ]),
  ] as [string, unknown, unknown][];
}

function checkAge(report: Report<"manager-key-age">, { key, outputs }: Deployed, now: number): Finding {
  const made = Date.parse(key?.createdAt ?? "");
  if (key === undefined || Number.isNaN(made)) return report.unknown("The state does not say when the key was made.");
  const days = keyAgeDays(key.createdAt, now);
  const [from, to] = [outputs.keyCreatedAt, outputs.keyRotationDue].map((time) =>
    typeof time === "string" ? Date.parse(time) : NaN,
  );
  // The age that the last `up` was configured with.
  const due =
    from === undefined || to === undefined || Number.isNaN(to - from)
      ? keyRotationDue(key.createdAt, USUAL_AGE)
      : new Date(made + (to - from)).toISOString();
  return now > Date.parse(due)
    ? report.warn(
        "manager-key-old",
        `The Manager's key is ${days} days old (since ${key.createdAt}), and was to be rotated by ${due}.`,
        "Rotate it without an outage: `npm run rotate -- --stack NAME --app manager`.",
      )
    : report.ok(`${days} day(s), due by ${due}`);
}
