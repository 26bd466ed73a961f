/** What would fail is said in one list by the first preview and `up`, before anything is made. */
import { afterEach, expect, test } from "@jest/globals";
import { type Bench, recorded, startBench } from "./harness.ts";

let bench: Bench | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

const provider = (...environments: unknown[]) => ({
  "okta-anypoint:clientProvider": { environments, clientDeletion: "everywhere" },
});

test("one list, nothing made; once it is mended the stack converges", async () => {
  bench = await startBench({
    ...provider("Sandbx", { environment: "Sandbox", businessGroup: "Nobody" }),
    "okta:privateKeyId": "not-this-one",
  });
  const { lab, stack, output } = bench;
  const before = lab.snapshot();
  for (const operation of ["preview", "up"] as const) {
    output.length = 0;
    await expect(stack[operation](recorded(bench))).rejects.toThrow();
    const text = output.join("");
    expect(text).toContain("3 things would fail; nothing was changed anywhere.");
    expect(text).toContain("The client_assertion JWT kid is invalid. Check okta:privateKey and okta:privateKeyId");
    expect(text).toContain('Could not find environment "Sandbx"');
    expect(text).toContain('Could not find business group "Nobody"');
    for (const secret of lab.secrets()) expect(text.includes(secret)).toBe(false);
  }
  expect(lab.snapshot()).toEqual(before);
  const exported = (await stack.exportStack()).deployment as { resources?: { type: string }[] };
  expect((exported.resources ?? []).map(({ type }) => type)).toEqual([
    "pulumi:pulumi:Stack",
    // The host of the dynamic resources, which holds nothing.
    "pulumi:providers:pulumi-nodejs",
  ]);

  await bench.configure({ ...provider("Sandbox"), "okta:privateKeyId": lab.credentials.okta.privateKeyId });
  await stack.up(recorded(bench));
  expect(Object.keys((await stack.preview(recorded(bench))).changeSummary)).toEqual(["same"]);
});

test("a later change is looked at with what the stack made already, and by whom it likes", async () => {
  bench = await startBench();
  const { lab, stack, output } = bench;
  await stack.up(recorded(bench));
  // Whoever changes it later needs no super admin's role for what needs none.
  const [role] = Object.values(lab.okta.state.roles);
  Object.assign(role!, { type: "ORG_ADMIN" });
  await bench.configure(provider("Sandbox", "Production"));
  const { changeSummary } = await stack.preview(recorded(bench));
  expect(changeSummary).toMatchObject({ create: 1, update: 1 });
  await bench.configure(provider("Sandbox", "Produktion"));
  output.length = 0;
  await expect(stack.preview(recorded(bench))).rejects.toThrow();
  expect(output.join("")).toContain(
    "one thing would fail; nothing was changed anywhere.\n      - Anypoint, environment Produktion",
  );
});
