/** What people change or delete by hand on either side: a refresh names it, `up` repairs that alone, and then there is nothing to do. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { examine } from "../../operations/doctor/doctor.ts";
import { type StackLocation, readResources, readStackConfiguration } from "../../operations/stack-state.ts";
import { canonical } from "./canonical.ts";
import { DELETIONS, withoutOthers } from "./deletion-table.ts";
import {
  DRIFTS,
  DRIFT_CONFIG,
  type Drift,
  LEFT,
  type Sides,
  UNSEEN,
  before,
  besides,
  inspector,
  manager,
  provider,
} from "./drift-table.ts";
import { doneBy, shownBy } from "./drift-events.ts";
import { type Bench, recorded, startBench } from "./harness.ts";

describe("by hand", () => {
  let bench: Bench;
  let location: StackLocation;
  let pristine: unknown;
  let good: Sides & { deployment: Awaited<ReturnType<Bench["stack"]["exportStack"]>> };
  const sides = (): Sides => ({ okta: bench.lab.okta.state, anypoint: bench.lab.anypoint.state });

  beforeAll(async () => {
    bench = await startBench(DRIFT_CONFIG);
    before(sides());
    pristine = canonical(structuredClone(sides()));
    await bench.stack.up(recorded(bench));
    besides(sides());
    const { workDir, envVars } = bench.stack.workspace;
    location = { stackName: "sandbox", workDir, env: envVars };
    good = structuredClone({ ...sides(), deployment: await bench.stack.exportStack() });
  });
  afterAll(() => bench.close());

  function restore(): void {
    const { okta, anypoint } = structuredClone({ okta: good.okta, anypoint: good.anypoint });
    Object.assign(bench.lab.okta.state, okta);
    Object.assign(bench.lab.anypoint.state, anypoint);
  }
  beforeEach(async () => {
    restore();
    await bench.stack.importStack(good.deployment);
  });

  const refresh = async () => {
    bench.events.length = 0;
    await bench.stack.refresh({ ...recorded(bench), runProgram: true });
    return shownBy(bench.events);
  };
  const up = async () => {
    bench.events.length = 0;
    await bench.stack.up(recorded(bench));
    return doneBy(bench.events);
  };

  const rounds = [...new Set(DRIFTS.map(({ round }) => round ?? 1))].sort();
  test.each(rounds)("changed: round %d", async (round) => {
    const drifts = DRIFTS.filter((drift) => (drift.round ?? 1) === round);
    for (const { by } of drifts) by(sides());
    expect(await refresh()).toEqual(byResource(drifts, ({ shows }) => shows));
    const done = await up();
    expect(doesOf(done)).toEqual({
      ...Object.assign({}, ...drifts.map(({ takes = {} }) => takes)),
      ...Object.fromEntries(drifts.map(({ resource, repair = "update" }) => [resource, repair])),
    });
    for (const [name, inputs] of Object.entries(byResource(drifts, ({ inputs, shows }) => inputs ?? shows))) {
      if (done[name]?.does !== "create") expect({ name, inputs: done[name]?.inputs }).toEqual({ name, inputs });
    }
    expect(canonical(sides())).toEqual(canonical(good));
    await expectNothingToDo();
  });

  test("changed, shown and left: what is for others to decide", async () => {
    for (const { by } of LEFT) by(sides());
    const changed = structuredClone(sides());
    const shown = LEFT.filter(({ shows }) => shows.length > 0);
    expect(await refresh()).toEqual(byResource(shown, ({ shows }) => shows));
    expect(await up()).toEqual({});
    for (const { says } of LEFT.filter((left) => left.says !== undefined)) {
      expect(bench.events.map(({ diagnosticEvent }) => diagnosticEvent?.message ?? "")).toContainEqual(
        expect.stringMatching(says as RegExp),
      );
    }
    expect(canonical(sides())).toEqual(canonical(changed));
  });

  test("changed and not seen by a refresh: the doctor names it, where anything can", async () => {
    const configuration = await readStackConfiguration(location);
    const resources = await readResources(location);
    const codes = async () => {
      const { findings } = await examine({ stackName: "sandbox", configuration, resources }, { environment: {} });
      return findings.flatMap(({ status, code }) => (status === "warn" || status === "fail" ? [String(code)] : []));
    };
    const usual = await codes();
    const told: Record<string, string[]> = {};
    for (const { name, by } of UNSEEN) {
      restore();
      by(sides());
      told[name] = (await codes()).filter((code) => !usual.includes(code));
    }
    const named = (doctor: string | undefined): unknown =>
      doctor === undefined ? [] : expect.arrayContaining([doctor]);
    expect(told).toEqual(Object.fromEntries(UNSEEN.map(({ name, doctor }) => [name, named(doctor)])));
    restore();
    for (const { by } of UNSEEN) by(sides());
    expect(await refresh()).toEqual({});
  });

  test("masked by reads: a replacement of the Inspector and of the Manager's key writes both sides anew", async () => {
    const masked = /^another (secret of the Inspector|private key)/;
    for (const { by } of UNSEEN.filter(({ name }) => masked.test(name))) by(sides());
    bench.events.length = 0;
    await bench.stack.up({ ...recorded(bench), replace: ["**inspector-app", "**manager-key"] });
    const key = (await readResources(location)).find(({ type }) => type.endsWith(":SigningKey"))?.outputs;
    const { oidc, privateKey } = provider(sides());
    const { clientId, secrets } = inspector(sides());
    expect(oidc.primary_client).toEqual({ id: clientId, secret: secrets.at(-1)?.value });
    expect(privateKey?.privateKey === key?.pem).toBe(true);
    expect(manager(sides()).keys.map(({ kid }) => kid)).toEqual([key?.kid]);
    await expectNothingToDo();
  });

  test.each(DELETIONS)("deleted: $name", async ({ by, gone, shows = {}, takes = {}, first }) => {
    by(sides());
    expect(await refresh()).toEqual({ ...Object.fromEntries(gone.map((name) => [name, ["gone"]])), ...shows });
    if (first !== undefined) {
      const only = { target: [first], targetDependents: true };
      await bench.stack.destroy({ ...recorded(bench), runProgram: true, ...only });
    }
    expect(doesOf(await up())).toEqual({ ...Object.fromEntries(gone.map((name) => [name, "create"])), ...takes });
    await expectNothingToDo();
    for (const clientId of leftClients()) delete sides().okta.apps[clientId];
    expect(canonical(withoutOthers(sides()))).toEqual(canonical(withoutOthers(good)));
    if (first === undefined) return;
    await bench.stack.destroy({ ...recorded(bench), runProgram: true });
    expect(canonical(withoutOthers(sides()))).toEqual(pristine);
  });

  async function expectNothingToDo(): Promise<void> {
    const { changeSummary } = await bench.stack.preview(recorded(bench));
    expect(Object.keys(changeSummary)).toEqual(["same"]);
  }

  /** Clients that `up` told to be left in Okta. */
  const leftClients = (): string[] =>
    bench.events.flatMap(({ diagnosticEvent }) => {
      const [, clientId] = /its client (\S+) may stay in Okta/.exec(diagnosticEvent?.message ?? "") ?? [];
      return clientId === undefined ? [] : [clientId];
    });
});

/** The guard only notes down ids. */
const doesOf = (done: ReturnType<typeof doneBy>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(done)
      .filter(([name]) => name !== "teardown-guard")
      .map(([name, { does }]) => [name, does]),
  );

const byResource = <T extends Pick<Drift, "resource">>(
  drifts: readonly T[],
  of: (drift: T) => readonly string[],
): Record<string, string[]> => {
  const all: Record<string, string[]> = {};
  for (const drift of drifts) all[drift.resource] = [...new Set([...(all[drift.resource] ?? []), ...of(drift)])].sort();
  return all;
};
