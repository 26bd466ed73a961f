/**
 * Runs that were cut off, objects that were deleted by hand, and `npm run repair-state` after them, by the real engine; prints what
 * was said and what it came to. In a process of its own: an `up` that fails leaves rejections that nobody handles.
 */
import { isDeepStrictEqual } from "node:util";
import { examine } from "../../operations/doctor/doctor.ts";
import { runCommandLine } from "../../operations/repair-state/main.ts";
import { readResources, readStackConfiguration } from "../../operations/stack-state.ts";
import type { OktaState } from "../../sandbox/okta/state.ts";
import { recorded, startBench } from "./harness.ts";

export interface Told {
  /** What each failed operation said, in its order. */
  readonly refusals: readonly string[];
  readonly repairs: readonly { readonly code: number; readonly said: string }[];
  /** Whether Okta holds what it holds after an `up` that nothing disturbed. */
  readonly asUndisturbed: boolean;
  /** Of a preview at the end. */
  readonly changes: unknown;
  /** What the doctor finds at the end. */
  readonly problems: readonly unknown[];
}

export interface AllTold {
  readonly cutOff: Told & { readonly destroyedAll: boolean };
  readonly byHand: Readonly<Record<string, Told>>;
  /** A stack whose Inspector was made before it had a client id of ours. */
  readonly older: { readonly first: unknown; readonly then: unknown; readonly clientIds: readonly string[] };
}

const MANAGER = "mulesoft-client-manager-sandbox-1";
const INSPECTOR = "mulesoft-token-introspection-sandbox-1";
const SUCCEEDED = "the operation succeeded";

/** What makes each object at Okta, and what the repair calls it. */
const CREATES: readonly (readonly [path: string, ...objects: string[]])[] = [
  ["/api/v1/apps$", "the Manager app", "the Inspector app"],
  ["/authorizationServers$", "the authorization server"],
  ["/grants$", "the grants"],
  ["/roles$", "the role"],
  ["/scopes$", "the scope"],
  ["/policies$", "the access policy"],
  ["/rules$", "the rule"],
];

const bench = await startBench({
  "okta-anypoint:clientProvider": {
    environments: [{ environment: "Sandbox", makeDefault: true }],
    clientDeletion: "everywhere",
  },
});
const { lab, stack } = bench;
const okta = (): OktaState => lab.okta.state;

async function site() {
  return structuredClone({ okta: okta(), anypoint: lab.anypoint.state, deployment: await stack.exportStack() });
}
type Site = Awaited<ReturnType<typeof site>>;

async function restore(to: Site): Promise<void> {
  const copy = structuredClone(to);
  lab.faults.clear();
  Object.assign(okta(), copy.okta);
  Object.assign(lab.anypoint.state, copy.anypoint);
  await stack.importStack(copy.deployment);
}

/** What Okta holds, by names in place of ids and times. */
function shape(): unknown {
  const { apps, grants, roles, authorizationServers, scopes, serverPolicies, policyRules } = okta();
  const named = [...Object.values(authorizationServers), ...Object.values(serverPolicies)];
  const names = new Map([
    ...Object.values(apps).map(({ id, label }) => [id, label] as const),
    ...named.map(({ id, name }) => [id, name] as const),
  ]);
  const varying = new Set(["id", "created", "lastUpdated", "keys", "secrets"]);
  const byName = (_: string, value: unknown): unknown =>
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).filter(([key]) => !varying.has(key)))
      : (names.get(value as string) ?? value);
  return [apps, grants, roles, authorizationServers, scopes, serverPolicies, policyRules].map((records) =>
    Object.values<object>(records)
      .map((record) => JSON.stringify(record, byName))
      .sort(),
  );
}

const refusal = (operation: Promise<unknown>): Promise<string> =>
  operation.then(
    () => SUCCEEDED,
    (error: unknown) => (error as Error).message,
  );
const up = () => stack.up(recorded(bench));
const changes = async () => (await stack.preview(recorded(bench))).changeSummary;

/** The answers to all requests with these paths are lost; each took effect. After a 500 the plugin repeats nothing. */
const lose = (...paths: string[]) =>
  paths.forEach((path) =>
    lab.faults.add({ service: "okta", method: "POST", path, kind: "lose", status: 500, times: 100 }),
  );

async function repair(...args: string[]) {
  const { workDir, envVars } = stack.workspace;
  const out: string[] = [];
  const code = await runCommandLine(["--stack", "sandbox", ...args], {
    env: { ...process.env, ...envVars },
    workDir,
    color: false,
    stdout: (text) => out.push(text),
    stderr: (text) => out.push(text),
  });
  return { code, said: out.join("") };
}

async function problems(): Promise<unknown[]> {
  lab.gateway.sync();
  const { workDir, envVars } = stack.workspace;
  const location = { stackName: "sandbox", workDir, env: envVars };
  const [configuration, resources] = [await readStackConfiguration(location), await readResources(location)];
  const { findings } = await examine({ stackName: "sandbox", configuration, resources }, { environment: {} });
  return findings.filter(({ status }) => status === "warn" || status === "fail");
}

/**
 * Each object is made once without its answer being heard, as many of them at a time as the engine begins. What is left each time
 * is refused when it is made again; but for the server, of which Okta would take a second one.
 */
async function cutOff(undisturbed: unknown): Promise<AllTold["cutOff"]> {
  const before = lab.snapshot();
  const refusals: string[] = [];
  const repairs: Told["repairs"][number][] = [];
  const repaired = (what: string) => repairs.some(({ said }) => said.includes(what));
  for (;;) {
    lose(...CREATES.filter(([, ...objects]) => !objects.every(repaired)).map(([path]) => path));
    const said = await refusal(up());
    lab.faults.clear();
    if (said === SUCCEEDED) break;
    refusals.push(said);
    const asked = await repair();
    const names = [...asked.said.matchAll(/ as (okta-anypoint-\S+) \(/g)].map(([, name]) => name);
    if (asked.said.includes("the Inspector app")) names.push("okta-anypoint-inspector-app");
    const target = names.filter((name) => !name?.endsWith("-server")).map((name) => `**::${name}`);
    if (target.length > 0) refusals.push(await refusal(stack.up({ ...recorded(bench), target })));
    repairs.push(asked, await repair("--yes"));
  }
  repairs.push(await repair());
  const end = {
    asUndisturbed: isDeepStrictEqual(shape(), undisturbed),
    changes: await changes(),
    problems: await problems(),
  };
  await stack.destroy({ ...recorded(bench), runProgram: true });
  return { refusals, repairs, ...end, destroyedAll: isDeepStrictEqual(lab.snapshot(), before) };
}

function removeApp(wanted: string): void {
  const { apps, grants, roles } = okta();
  const { id } = Object.values(apps).find(({ clientId }) => clientId === wanted)!;
  delete apps[id];
  for (const [key, { appId }] of Object.entries(grants)) if (appId === id) delete grants[key];
  for (const [key, { clientId }] of Object.entries(roles)) if (clientId === wanted) delete roles[key];
}

const BY_HAND: Readonly<Record<string, () => void>> = {
  "the role, the access policy and a scope": () => {
    const { roles, scopes } = okta();
    for (const [key, { clientId }] of Object.entries(roles)) if (clientId === MANAGER) delete roles[key];
    for (const [id, { name }] of Object.entries(scopes)) if (name === "custom_scope") delete scopes[id];
    Object.assign(okta(), { serverPolicies: {}, policyRules: {} });
  },
  "both apps and the server": () => {
    [MANAGER, INSPECTOR].forEach(removeApp);
    const { authorizationServers, scopes } = okta();
    const server = Object.values(authorizationServers).find(({ name }) => name === "mulesoft-apis")!;
    delete authorizationServers[server.id];
    for (const [id, { serverId }] of Object.entries(scopes)) if (serverId === server.id) delete scopes[id];
    Object.assign(okta(), { serverPolicies: {}, policyRules: {} });
  },
};

async function byHand(does: () => void, good: Site, undisturbed: unknown): Promise<Told> {
  does();
  const refusals = [await refusal(stack.refresh(recorded(bench)))];
  // What the refresh has seen to by itself is seen to by the repair as well.
  await stack.importStack(good.deployment);
  const repairs = [await repair("--yes")];
  await up();
  return {
    refusals,
    repairs,
    asUndisturbed: isDeepStrictEqual(shape(), undisturbed),
    changes: await changes(),
    problems: await problems(),
  };
}

/** The stack as a release made it that left the Inspector's client id to Okta. */
async function older(good: Site): Promise<AllTold["older"]> {
  const { id } = Object.values(good.okta.apps).find(({ clientId }) => clientId === INSPECTOR)!;
  const renamed = JSON.parse(JSON.stringify(good).replaceAll(INSPECTOR, id)) as Site;
  for (const { urn, inputs, outputs } of (renamed.deployment.deployment as unknown as Deployment).resources) {
    if (urn.endsWith("-inspector-app")) delete inputs?.clientId;
    if (urn.endsWith("-preflight")) for (const one of [inputs, outputs]) delete one?.inspector?.clientId;
  }
  await restore(renamed);
  const first = await changes();
  await up();
  const clientIds = Object.values(okta().apps)
    .filter(({ label }) => label.startsWith("MuleSoft-Token-Introspection"))
    .map(({ clientId }) => (clientId === id ? "its own" : clientId));
  return { first, then: await changes(), clientIds };
}

type Properties = Record<string, unknown> & { inspector?: Record<string, unknown> };
interface Deployment {
  readonly resources: { readonly urn: string; readonly inputs?: Properties; readonly outputs?: Properties }[];
}

try {
  const empty = await site();
  await up();
  const good = await site();
  const undisturbed = shape();
  await restore(empty);
  const told: { cutOff: AllTold["cutOff"]; byHand: Record<string, Told> } = {
    cutOff: await cutOff(undisturbed),
    byHand: {},
  };
  for (const [name, does] of Object.entries(BY_HAND)) {
    await restore(good);
    told.byHand[name] = await byHand(does, good, undisturbed);
  }
  process.stdout.write(JSON.stringify({ ...told, older: await older(good) } satisfies AllTold));
} finally {
  await bench.close();
}
process.exit(0);
