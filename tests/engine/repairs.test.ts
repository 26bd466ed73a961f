/** What the doctor says to do about a fault does away with it, by the real engine. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { examine } from "../../operations/doctor/doctor.ts";
import { runCommandLine } from "../../operations/rotate/main.ts";
import { type StackLocation, readResources, readStackConfiguration } from "../../operations/stack-state.ts";
import { FAULTS, type Site } from "./fault-table.ts";
import { type Bench, recorded, startBench } from "./harness.ts";

/** Each group is switched on together and repaired by one command. `contracts`: are deleted by hand before, as told. */
const REPAIRS: { does: string; faults: string[]; replace?: string; rotate?: string; contracts?: true }[] = [
  {
    does: "pulumi up --refresh --run-program, of what was changed",
    faults: [
      "a second key on the Manager",
      "all grants removed",
      "the Inspector takes its secret in a header",
      "a scope needs consent",
      "the rule deactivated",
      "the provider's token URL changed",
      "introspection at another server",
      "a deletion switch changed",
      "the private-key block gone",
      "the provider unassigned",
      "the policy disabled",
      "the policy asks for another scope",
      "the policy skips client ids",
      "the contract gone",
    ],
  },
  {
    does: "pulumi up --refresh --run-program, of what is gone",
    faults: [
      "the Manager's key replaced",
      "a scope removed",
      "the access policy deleted",
      "the policy removed",
      "the application deleted",
    ],
  },
  {
    does: "pulumi up --refresh --run-program, of a server and an instance that are gone",
    faults: ["the server deleted", "the instance deleted"],
  },
  {
    does: "the contracts deleted, then pulumi up --refresh --run-program, of a provider that is gone",
    faults: ["the provider deleted"],
    contracts: true,
  },
  {
    does: "npm run rotate -- --stack NAME --app inspector --emergency",
    faults: ["the Inspector's secret changed"],
    rotate: "inspector",
  },
  {
    does: "pulumi up --replace '**consumer-orders-mobile-application'",
    faults: ["the Okta client of the application deleted"],
    replace: "**consumer-orders-mobile-application",
  },
];

describe("repairs", () => {
  let bench: Bench;
  let location: StackLocation;
  let good: { okta: unknown; anypoint: unknown; deployment: Awaited<ReturnType<Bench["stack"]["exportStack"]>> };

  beforeAll(async () => {
    bench = await startBench({
      "okta-anypoint:clientProvider": {
        environments: [{ environment: "Sandbox", makeDefault: true }],
        clientDeletion: "everywhere",
      },
    });
    await bench.stack.up(recorded(bench));
    const { workDir, envVars } = bench.stack.workspace;
    location = { stackName: "sandbox", workDir, env: envVars };
    const { okta, anypoint } = bench.lab;
    good = structuredClone({
      okta: okta.state,
      anypoint: anypoint.state,
      deployment: await bench.stack.exportStack(),
    });
  });
  afterAll(() => bench.close());

  beforeEach(async () => {
    const { okta, anypoint } = structuredClone(good);
    Object.assign(bench.lab.okta.state, okta);
    Object.assign(bench.lab.anypoint.state, anypoint);
    await bench.stack.importStack(good.deployment);
  });

  async function problems() {
    bench.lab.gateway.sync();
    const [configuration, resources] = [await readStackConfiguration(location), await readResources(location)];
    const { findings } = await examine({ stackName: "sandbox", configuration, resources }, { environment: {} });
    return findings
      .filter(({ status }) => status === "warn" || status === "fail")
      .map(({ code, whatToDo = "" }) => ({
        code,
        whatToDo,
      }));
  }

  async function rotate(app: string): Promise<void> {
    const file = join(location.workDir, "Pulumi.sandbox.yaml");
    const configured = await readFile(file, "utf8");
    const said: string[] = [];
    const code = await runCommandLine(["--stack", "sandbox", "--yes", "--app", app, "--emergency"], {
      ...{ env: { ...process.env, ...location.env }, workDir: location.workDir, color: false },
      stdout: (text) => said.push(text),
      stderr: (text) => said.push(text),
    });
    expect({ code, said }).toMatchObject({ code: 0 });
    await writeFile(file, configured);
  }

  test.each(REPAIRS)("$does", async ({ does, faults, replace, rotate: app, contracts }) => {
    const site: Site = { lab: bench.lab, resources: await readResources(location), config: {} };
    for (const name of faults) FAULTS.find((fault) => fault.name === name)?.on(site);
    const replacing = replace === undefined ? "pulumi up --refresh --run-program" : `pulumi up --replace '${replace}'`;
    const command = app === undefined ? replacing : does;
    const told = (await problems()).filter(({ whatToDo }) => whatToDo.includes(command));
    expect(told).not.toEqual([]);
    if (contracts) bench.lab.anypoint.state.contracts = {};
    if (app !== undefined) await rotate(app);
    else
      await bench.stack.up(
        replace === undefined
          ? { ...recorded(bench), refresh: true, runProgram: true }
          : { ...recorded(bench), replace: [replace] },
      );
    expect(await problems()).toEqual([]);
  });
});
