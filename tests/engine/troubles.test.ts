/** The vendors' troubles, as the services make them by their switches, and what the real engine and our stack make of them. */
import { afterEach, describe, expect, test } from "@jest/globals";
import { TROUBLES, type Trouble, makeTrouble } from "../../sandbox/troubles.ts";
import { switchBoard } from "../../sandbox/switch-board.ts";
import { type Bench, recorded, startBench } from "./harness.ts";

let bench: Bench;
afterEach(() => bench.close());

async function troubled(...troubles: Trouble[]) {
  bench = await startBench();
  const board = switchBoard(bench.lab);
  const before = bench.lab.snapshot();
  makeTrouble(bench.lab, troubles);
  return { before, calm: () => board.reset() };
}

const up = async () => (await bench.stack.up(recorded(bench))).summary.result;
const refusedUp = async (): Promise<string> => {
  const error = (await bench.stack.up(recorded(bench)).catch((thrown: unknown) => thrown)) as Error;
  expect(error).toBeInstanceOf(Error);
  return `${error.message}\n${bench.output.join("")}`.replace(/\s+/g, " ");
};
const previewed = async () => Object.keys((await bench.stack.preview(recorded(bench))).changeSummary);
const destroy = () => bench.stack.destroy({ ...recorded(bench), runProgram: true });
const apps = () => Object.values(bench.lab.okta.state.apps).map(({ label }) => label);
const rolesOf = (clientId: string) =>
  Object.values(bench.lab.okta.state.roles).flatMap((role) => (role.clientId === clientId ? [role.type] : []));
const manager = () => {
  const { clientId } = bench.lab.credentials.okta;
  const app = Object.values(bench.lab.okta.state.apps).find(
    (one) => one.applicationType === "service" && one.clientId !== clientId,
  );
  return app?.clientId ?? "";
};
const once = (names: readonly string[]) => expect(names).toEqual([...new Set(names)]);

describe("up converges, once and for all,", () => {
  test("with limits at Anypoint, objects that show late, a kid in assertions and a 201 that names another provider", async () => {
    const { before } = await troubled("anypoint-limits", "late-objects", "kid-thumbprint", "provider-answer");
    expect(await up()).toBe("succeeded");
    const { clientProviders, applications, contracts, policies } = bench.lab.anypoint.state;
    once(apps());
    once(Object.values(clientProviders).map(({ name }) => String(name)));
    once(Object.values(applications).map(({ name }) => name));
    once(Object.values(contracts).map(({ apiId, applicationId }) => `${apiId} ${applicationId}`));
    once(Object.values(policies).map(({ apiId, assetId }) => `${apiId} ${assetId}`));
    expect(bench.calls("anypoint", 0).some(({ status }) => status === 429)).toBe(true);
    // The plugin reads an app's grants once, from a list that may be late, and then finds them: nothing but that may be left to do.
    bench.events.length = 0;
    await previewed();
    const left = bench.events.flatMap(({ resourcePreEvent: event }) =>
      event !== undefined && event.metadata.op !== "same" ? [event.metadata.type] : [],
    );
    expect(left.filter((type) => type !== "okta:index/appOauthApiScope:AppOauthApiScope")).toEqual([]);
    // A minute later its list is whole. (Were it late still, Okta would refuse to grant again; a refresh later on mends it too.)
    bench.lab.okta.switches.newObjectsHiddenReads = 0;
    expect(await up()).toBe("succeeded");
    expect(await previewed()).toEqual(["same"]);
    const { changeSummary } = await bench.stack.previewRefresh({ ...recorded(bench), runProgram: true });
    expect(Object.keys(changeSummary)).toEqual(["same"]);
    await destroy();
    expect(bench.lab.snapshot()).toEqual(before);
  });

  test.each<[string, Trouble[], string[]]>([
    ["on", ["public-client-admins"], ["APP_ADMIN", "SUPER_ADMIN"]],
    ["off", [], ["APP_ADMIN"]],
  ])("with public client app admins %s", async (_what, troubles, roles) => {
    const { before, calm } = await troubled(...troubles);
    expect(await up()).toBe("succeeded");
    expect(rolesOf(manager()).sort()).toEqual(roles);
    expect(await previewed()).toEqual(["same"]);
    await destroy();
    calm();
    expect(bench.lab.snapshot()).toEqual(before);
  });
});

describe("up is refused and says why,", () => {
  test("without API Access Management: before anything is made", async () => {
    const { before, calm } = await troubled("no-api-access-management");
    expect(await refusedUp()).toMatch(/API Access Management/);
    calm();
    expect(bench.lab.snapshot()).toEqual(before);
    expect(await up()).toBe("succeeded");
  });

  test("with an Okta in read-only mode: by its own words, and the next one completes it", async () => {
    const { before, calm } = await troubled("read-only");
    expect(await refusedUp()).toMatch(/Service is in read only mode/);
    calm();
    expect(await up()).toBe("succeeded");
    once(apps());
    await destroy();
    expect(bench.lab.snapshot()).toEqual(before);
  });

  test("with wire names that Anypoint drops in silence: the block is missed, and the provider is kept", async () => {
    const { before, calm } = await troubled("keys-dropped");
    expect(await refusedUp()).toMatch(/clientProvider\.privateKeyBlock/);
    const [id] = Object.keys(bench.lab.anypoint.state.clientProviders);
    expect(id).toBeDefined();
    await bench.configure({
      "okta-anypoint:clientProvider": {
        environments: ["Sandbox"],
        clientDeletion: "everywhere",
        privateKeyBlock: TROUBLES["keys-dropped"].anypoint.privateKeyBlock,
      },
    });
    expect(await up()).toBe("succeeded");
    expect(Object.keys(bench.lab.anypoint.state.clientProviders)).toEqual([id]);
    await destroy();
    calm();
    expect(bench.lab.snapshot()).toEqual(before);
  });

  test("with Okta's clock four minutes behind: the plugin can't log in, and the clock is named", async () => {
    const { calm } = await troubled("clock-behind");
    const said = await refusedUp();
    expect(said).toMatch(/empty access token/);
    expect(said).toMatch(/this machine's clock is 4 minutes ahead of Okta's/);
    calm();
    expect(await up()).toBe("succeeded");
  });
});
