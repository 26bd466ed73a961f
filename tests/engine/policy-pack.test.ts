/** The policy pack, run by the real engine beside the program: what it lets through, and what it stops before anything is changed. */
import { join } from "node:path";
import { readFile, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import program from "../../index.ts";
import { runCommandLine } from "../../operations/policies/main.ts";
import { ROOT } from "../../sandbox/engine.ts";
import { type Bench, recorded, startBench } from "./harness.ts";

const PACK = join(ROOT, "policies");

type Props = Record<string, unknown>;

/** What a careless change of the program might do to a resource, by the rule that is against it. */
const CARELESS: Record<string, (type: string, props: Props) => Props | undefined> = {
  "manager-private-key-jwt": (type, { type: app }) =>
    type === "okta:app/oAuth:OAuth" && app === "service"
      ? { tokenEndpointAuthMethod: "client_secret_basic" }
      : undefined,
  "manager-key": (type, { jwks }) =>
    type === "okta:app/oAuth:OAuth" && jwks !== undefined
      ? { jwks: pulumi.output(jwks as pulumi.Input<object[]>).apply((keys) => [...keys, ...keys]) }
      : undefined,
  "manager-scopes": (type) =>
    type === "okta:index/appOauthApiScope:AppOauthApiScope"
      ? { scopes: ["okta.clients.register", "okta.users.manage"] }
      : undefined,
  "manager-role": (type) =>
    type === "okta:app/oauthRoleAssignment:OauthRoleAssignment" ? { type: "SUPER_ADMIN" } : undefined,
  "provider-urls": (type) =>
    type.endsWith("anypoint:ClientProvider")
      ? { introspectionUrl: "https://other.okta.com/oauth2/v1/introspect" }
      : undefined,
  "client-id-validation": (type, { configuration }) =>
    type.endsWith("anypoint:ApiPolicy")
      ? {
          configuration: pulumi
            .output(configuration as pulumi.Input<object>)
            .apply((rest) => ({ ...rest, skipClientIdValidation: true })),
        }
      : undefined,
  "manager-app": (type, props) =>
    type === "okta:app/oAuth:OAuth" && props["type"] === "service"
      ? { type: "web", grantTypes: ["client_credentials"] }
      : undefined,
  "rule-scopes": (type) =>
    type === "okta:auth/serverPolicyRule:ServerPolicyRule" ? { scopeWhitelists: ["*"] } : undefined,
};

let bench: Bench;
/** Rules whose careless changes the program makes. */
let broken: string[] = [];

beforeAll(async () => {
  bench = await startBench({}, async () => {
    pulumi.runtime.registerStackTransformation(({ type, props, opts }) => {
      const changes = broken.map((rule) => CARELESS[rule]?.(type, props));
      return { props: Object.assign({}, props, ...changes) as Props, opts };
    });
    return program();
  });
});
afterAll(() => bench.close());

/** What the pack said, as `rule resource`; `passed` is whether the engine went on. */
async function previewWith(config?: object): Promise<{ said: string[]; passed: boolean; text: string }> {
  const events: EngineEvent[] = [];
  const file = join(bench.folder, "policy-config.json");
  await writeFile(file, JSON.stringify(config ?? {}));
  const passed = await bench.stack
    .preview({
      ...recorded(bench),
      onEvent: (event) => events.push(event),
      policyPacks: [PACK],
      ...(config && { policyPackConfigs: [file] }),
    })
    .then(
      () => true,
      () => false,
    );
  const found = events.flatMap(({ policyEvent }) => (policyEvent ? [policyEvent] : []));
  return {
    said: found.map(({ policyName, resourceUrn }) => `${policyName} ${resourceUrn?.split("::").at(-1) ?? ""}`).sort(),
    text: found.map(({ message }) => message).join("\n"),
    passed,
  };
}

/** The same by the project's own command, for where the policy host can't be had. */
async function judged(config: object = {}): Promise<{ said: string[]; passed: boolean }> {
  const { workDir, envVars } = bench.stack.workspace;
  const file = join(bench.folder, "policy-config.json");
  await writeFile(file, JSON.stringify(config));
  const out: string[] = [];
  const code = await runCommandLine(["--stack", "sandbox", "--json", "--policy-pack-config", file], {
    ...{ env: { ...process.env, ...envVars }, workDir, color: false },
    stdout: (text) => out.push(text),
    stderr: () => undefined,
  });
  const said = JSON.parse(out.join("")) as { rule: string; resource: string }[];
  return { said: said.map(({ rule, resource }) => `${rule} ${resource}`).sort(), passed: code === 0 };
}

const production = { production: ["sandbox"] };
const PRODUCTION = {
  ...{ https: production, "production-protect": production, "production-deletion": production },
  "production-key-age": production,
};

describe("the policy pack", () => {
  test("has nothing against the stack, neither as a preview knows it nor as it is made", async () => {
    expect(await previewWith()).toMatchObject({ said: [], passed: true });
    expect(await judged()).toEqual({ said: [], passed: true });
    const { summary } = await bench.stack.up({ ...recorded(bench), policyPacks: [PACK] });
    expect(summary.result).toBe("succeeded");
    // As the workflows have it, without any exception.
    const shipped = JSON.parse(await readFile(join(PACK, "config.json"), "utf8")) as object;
    expect(await previewWith(shipped)).toMatchObject({ said: [], passed: true });
  });

  test("stops careless changes, and names each with its resource, before anything is changed", async () => {
    broken = Object.keys(CARELESS).filter((rule) => rule !== "manager-app");
    const { said, passed, text } = await previewWith();
    expect(passed).toBe(false);
    expect(said).toEqual([
      "client-id-validation okta-anypoint-api-orders-policy",
      "manager-key okta-anypoint-manager-app",
      "manager-private-key-jwt okta-anypoint-manager-app",
      "manager-role okta-anypoint-manager-role-assignment",
      "manager-scopes okta-anypoint-manager-scopes",
      "provider-urls okta-anypoint-client-provider-provider",
      "rule-scopes okta-anypoint-tokens-rule",
    ]);
    expect(text).toContain("It has okta.users.manage too. Take that out.");
    broken = [];
  });

  test("stops a Manager that is no service app", async () => {
    broken = ["manager-app"];
    const { said, passed } = await previewWith();
    expect({ said, passed }).toEqual({ said: ["manager-app okta-anypoint-manager-app"], passed: false });
    broken = [];
  });

  test("lets one of them through for a written reason, and for that resource alone", async () => {
    broken = ["manager-role", "rule-scopes"];
    const written = { "okta-anypoint-manager-role-assignment": "custom roles of this org can't register clients" };
    expect(await previewWith({ "manager-role": { exceptions: written } })).toMatchObject({
      ...{ said: ["rule-scopes okta-anypoint-tokens-rule"], passed: false },
    });
    const others = { "another-role": "custom roles of this org can't register clients" };
    expect((await previewWith({ "manager-role": { exceptions: others } })).said).toContain(
      "manager-role okta-anypoint-manager-role-assignment",
    );
    broken = [];
  });

  test("asks more of a stack of production: protection, no deletion in Okta, young keys, no sandbox", async () => {
    const deployment = await bench.stack.exportStack();
    const resources = (deployment.deployment as { resources: { type: string; outputs?: Props }[] }).resources;
    const key = resources.find(({ type }) => type.endsWith(":SigningKey"));
    expect(key?.outputs?.createdAt).toMatch(/^\d{4}-/);
    Object.assign(key!.outputs!, { createdAt: "2020-01-01T00:00:00.000Z" });
    await bench.stack.importStack(deployment);

    const { said, passed } = await previewWith(PRODUCTION);
    expect(passed).toBe(false);
    expect(said).toEqual([
      ...Array.from({ length: 4 }, () => "https okta-anypoint-client-provider-provider"),
      "https okta-anypoint-client-provider-provider",
      "production-deletion okta-anypoint-client-provider-provider",
      "production-key-age okta-anypoint-manager-key",
      "production-protect okta-anypoint-client-provider-provider",
      "production-protect okta-anypoint-inspector-app",
      "production-protect okta-anypoint-manager-app",
      "production-protect okta-anypoint-tokens-server",
    ]);
    expect(await judged(PRODUCTION)).toEqual({ said, passed: false });
    await bench.configure({
      "okta-anypoint:protect": true,
      "okta-anypoint:clientProvider": { environments: ["Sandbox"] },
    });
    const after = await previewWith(PRODUCTION);
    expect([...new Set(after.said.map((each) => each.split(" ")[0]))]).toEqual(["https", "production-key-age"]);
    // A rotation: the coming app is not protected yet, and a younger key is on its way.
    await bench.configure({
      "okta-anypoint:protect": true,
      "okta-anypoint:clientProvider": { environments: ["Sandbox"] },
      "okta-anypoint:manager": { generations: [1, 2], active: 1 },
    });
    const rotating = await previewWith(PRODUCTION);
    expect([...new Set(rotating.said.map((each) => each.split(" ")[0]))]).toEqual(["https"]);
  });
});
