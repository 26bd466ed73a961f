/** Each fault of the sandbox is named rightly by the doctor, by the verification, and by a change that meets it. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { CATALOGUE } from "../../checks/catalogue.ts";
import type { Finding } from "../../checks/finding.ts";
import { type DoctorReport, examine } from "../../operations/doctor/doctor.ts";
import { runCommandLine } from "../../operations/doctor/main.ts";
import { renderDoctor } from "../../operations/doctor/table.ts";
import { type StackResource, readResources, readStackConfiguration } from "../../operations/stack-state.ts";
import { type VerifyInput, type VerifyReport, readStack, verify } from "../../operations/verify/index.ts";
import { AnypointClient } from "../../providers/anypoint/client.ts";
import { readConnection } from "../../providers/anypoint/connection.ts";
import { testTime } from "../operations/verify/fake-pattern.ts";
import { type Fault, FAULTS, type Site } from "./fault-table.ts";
import { type Bench, recorded, startBench } from "./harness.ts";

/** With a default that is asked for, so that the converged stack has no warning. */
const CONFIG = {
  "okta-anypoint:clientProvider": {
    environments: [{ environment: "Sandbox", makeDefault: true }],
    clientDeletion: "everywhere",
  },
};

describe("faults", () => {
  let bench: Bench;
  let resources: StackResource[];
  let configuration: Awaited<ReturnType<typeof readStackConfiguration>>;
  let input: VerifyInput;
  let good: { okta: unknown; anypoint: unknown; oktaSwitches: unknown; anypointSwitches: unknown; gateway: unknown };

  beforeAll(async () => {
    bench = await startBench(CONFIG);
    await bench.stack.up(recorded(bench));
    const { workDir, envVars } = bench.stack.workspace;
    const location = { stackName: "sandbox", workDir, env: envVars };
    [resources, configuration, input] = [
      await readResources(location),
      await readStackConfiguration(location),
      await readStack(location),
    ];
    const { okta, anypoint, gateway, credentials } = bench.lab;
    const app = Object.values(okta.state.apps).find(({ clientId }) => clientId === credentials.okta.clientId);
    const grant = Object.values(okta.state.grants).find(({ appId }) => appId === app?.id);
    if (grant !== undefined) okta.state.grants.oagORGS = { ...grant, id: "oagORGS", scopeId: "okta.orgs.read" };
    gateway.sync();
    good = structuredClone({
      okta: okta.state,
      anypoint: anypoint.state,
      oktaSwitches: okta.switches,
      anypointSwitches: anypoint.switches,
      gateway: gateway.switches,
    });
  });
  afterAll(() => bench.close());

  /** Puts everything back, then switches the fault on. */
  function site(fault: Fault): Site {
    const { okta, anypoint, gateway, faults } = bench.lab;
    const now = structuredClone(good);
    Object.assign(okta.state, now.okta);
    Object.assign(anypoint.state, now.anypoint);
    Object.assign(okta.switches, now.oktaSwitches);
    Object.assign(anypoint.switches, now.anypointSwitches);
    Object.assign(gateway.switches, now.gateway);
    gateway.clearCache();
    faults.clear();
    const made: Site = { lab: bench.lab, resources: structuredClone(resources), config: { ...configuration.config } };
    fault.on(made);
    return made;
  }

  const doctor = ({ config, resources: ofState }: Site): Promise<DoctorReport> =>
    examine(
      { stackName: "sandbox", configuration: { ...configuration, config }, resources: ofState },
      { environment: {} },
    );

  test.each(FAULTS)("$name", async (fault) => {
    const report = await doctor(site(fault));
    const notWell = report.findings.filter(({ status }) => status !== "ok");
    const [after, before] = [notWell.filter(isAfterUp), notWell.filter((finding) => !isAfterUp(finding))];
    const wrong = after.filter(({ status }) => status !== "unknown");
    const unknown = after.filter(({ status }) => status === "unknown").map(({ check }) => check);
    const fresh = site(fault);
    const verified: VerifyReport = await verify(input, testTime().options);
    const failed = verified.rows.filter(({ status }) => status === "failed");
    const error = fault.up && (await said(fault.up.change(site(fault), clientOf(fresh))));
    expect({
      doctor: wrong.map(({ check, code }) => `${check} ${code}`),
      before: before.map(({ check, code, status }) => `${check} ${status === "unknown" ? status : code}`),
      unknown: [...new Set(unknown)].filter((check) => check !== "client-provider-secrets").sort(),
      verify: failed.map(({ check, code }) => `${check} ${code}`),
      up: error,
      ok: report.ok,
    }).toEqual({
      doctor: fault.doctor,
      before: fault.before ?? [],
      unknown: [...(fault.unknown ?? [])].sort(),
      verify: fault.verify,
      up: fault.up && (expect.stringMatching(fault.up.names) as unknown),
      ok: !notWell.some(({ status }) => status === "fail"),
    });
    const texts = [renderDoctor(report), JSON.stringify(report), JSON.stringify(verified), error ?? ""].join("\n");
    for (const secret of [...bench.lab.secrets(), fresh.config["okta:privateKey"] ?? ""]) {
      if (secret !== "") expect(texts.includes(secret)).toBe(false);
    }
    for (const finding of wrong) expect(finding).toMatchObject({ whatToDo: expect.stringMatching(/\w/) });
  });

  describe("the command line", () => {
    const before = { ...process.env };
    afterEach(() => {
      process.env = { ...before };
    });

    async function run(fault: string, ...args: string[]) {
      site(FAULTS.find(({ name }) => name === fault) as Fault);
      const { workDir, envVars } = bench.stack.workspace;
      Object.assign(process.env, envVars);
      const out: string[] = [];
      const err: string[] = [];
      const code = await runCommandLine(["--stack", "sandbox", ...args], {
        env: {},
        workDir,
        color: false,
        stdout: (text) => out.push(text),
        stderr: (text) => err.push(text),
      });
      return { code, stdout: out.join(""), stderr: err.join("") };
    }

    test("ends with 0 and the table while nothing fails", async () => {
      const { code, stdout, stderr } = await run("none");
      expect({ code, stderr }).toEqual({ code: 0, stderr: "Reading the stack sandbox …\n" });
      expect(stdout).toContain("Stack sandbox: nothing fails");
    });

    test("ends with 1 when something fails, and prints JSON alone when asked for it", async () => {
      const { code, stdout } = await run("the policy disabled", "--json");
      expect(code).toBe(1);
      const { findings, ok } = JSON.parse(stdout) as DoctorReport;
      expect(ok).toBe(false);
      expect(findings.find(({ status }) => status === "fail")).toMatchObject({
        side: "Anypoint",
        check: "api-policy",
        title: "policy of orders",
        code: "policy-disabled",
      });
    });
  });

  test("before the first up there is nothing to look at", async () => {
    const { findings, ok } = await doctor({ ...site(FAULTS[0] as Fault), resources: [] });
    expect(ok).toBe(true);
    expect(findings.filter(isAfterUp).map(({ check }) => check)).toEqual(["stack-settings", "stack-state"]);
  });

  test("it reads only", async () => {
    const position = bench.lab.journal.position;
    await doctor(site(FAULTS[0] as Fault));
    const calls = bench.lab.journal.entries({ after: position });
    expect(calls.length).toBeGreaterThan(20);
    const writes = calls.filter(({ method, path }) => method !== "GET" && !/\/(token|introspect)$/.test(path));
    expect(writes).toEqual([]);
  });

  const clientOf = ({ config }: Site) =>
    new AnypointClient({ connection: readConnection((key) => config[key], {}), retries: 0 });
});

/** Of the catalogue; other checks are those before an `up`. */
const isAfterUp = ({ check }: Finding): boolean => check in CATALOGUE;

async function said(change: Promise<unknown>): Promise<string> {
  try {
    await change;
    return "nothing: the change went through";
  } catch (error) {
    return (error as Error).message;
  }
}
