/** Each fault of the sandbox is named rightly by the doctor, by the verification, and by a change that meets it. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type DoctorReport, examine } from "../../operations/doctor/doctor.ts";
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
    const made: Site = { lab: bench.lab, resources, config: { ...configuration.config } };
    fault.on(made);
    return made;
  }

  const doctor = ({ config }: Site): Promise<DoctorReport> =>
    examine({ stackName: "sandbox", configuration: { ...configuration, config }, resources }, { environment: {} });

  test.each(FAULTS)("$name", async (fault) => {
    const report = await doctor(site(fault));
    const wrong = report.findings.filter(({ status }) => status === "warn" || status === "fail");
    const unknown = report.findings.filter(({ status }) => status === "unknown").map(({ check }) => check);
    const fresh = site(fault);
    const verified: VerifyReport = await verify(input, testTime().options);
    const failed = verified.rows.filter(({ status }) => status === "failed");
    const error = fault.up && (await said(fault.up.change(site(fault), clientOf(fresh))));
    expect({
      doctor: wrong.map(({ check, code }) => `${check} ${code}`),
      unknown: [...new Set(unknown)].filter((check) => check !== "client-provider-secrets").sort(),
      verify: failed.map(({ check, code }) => `${check} ${code}`),
      up: error,
      ok: report.ok,
    }).toEqual({
      doctor: fault.doctor,
      unknown: [...(fault.unknown ?? [])].sort(),
      verify: fault.verify,
      up: fault.up && (expect.stringMatching(fault.up.names) as unknown),
      ok: !wrong.some(({ status }) => status === "fail"),
    });
    const texts = [renderDoctor(report), JSON.stringify(report), JSON.stringify(verified), error ?? ""].join("\n");
    for (const secret of [...bench.lab.secrets(), fresh.config["okta:privateKey"] ?? ""]) {
      if (secret !== "") expect(texts.includes(secret)).toBe(false);
    }
    for (const finding of wrong) expect(finding).toMatchObject({ whatToDo: expect.stringMatching(/\w/) });
  });

  const clientOf = ({ config }: Site) =>
    new AnypointClient({ connection: readConnection((key) => config[key], {}), retries: 0 });
});

async function said(change: Promise<unknown>): Promise<string> {
  try {
    await change;
    return "nothing: the change went through";
  } catch (error) {
    return (error as Error).message;
  }
}
