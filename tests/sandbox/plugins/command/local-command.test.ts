import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { commandPlugin } from "../../../../sandbox/plugins/command/provider.ts";
import { Secret, UNKNOWN } from "../../../../sandbox/plugins/grpc/values.ts";
import { type RunningPlugin, startPlugin } from "../plugin-client.ts";

let plugin: RunningPlugin;
let shown: string[];
let command: ReturnType<RunningPlugin["resource"]>;

beforeEach(async () => {
  shown = [];
  plugin = await startPlugin(
    commandPlugin(async (_urn, message) => {
      shown.push(message);
    }),
  );
  await plugin.configure({});
  command = plugin.resource("command:local:Command", "job");
});

afterEach(() => plugin.close());

describe("check", () => {
  test("switches the previous output on and notes no defaults", async () => {
    expect(await command.check({ create: "true" })).toEqual({
      inputs: { create: "true", addPreviousOutputInEnv: true },
      failures: [],
    });
  });

  test.each([
    ["an unknown input", { creat: "true" }, "creat"],
    ["asset paths, which the stand-in does not model", { create: "true", assetPaths: ["*"] }, "assetPaths"],
    ["a logging it does not know", { create: "true", logging: "loud" }, "logging"],
  ])("refuses %s", async (_, inputs, property) => {
    expect((await command.check(inputs)).failures.map((failure) => failure.property)).toEqual([property]);
  });
});

describe("run", () => {
  test("create: environment, input, folder, output without the last line end", async () => {
    const created = await command.create({
      create: 'read line; echo "$GREETING $line from $(pwd)"; echo careful >&2',
      environment: { GREETING: "hello" },
      stdin: "you\n",
      dir: "/",
    });
    expect(created.id).toMatch(/^job[0-9a-f]{8}$/);
    expect(created.outputs).toMatchObject({ stdout: "hello you from /", stderr: "careful" });
    expect(shown.sort()).toEqual(["careful", "hello you from /"]);
  });

  test.each([
    ["none", []],
    ["stdout", ["out"]],
    ["stderr", ["err"]],
    ["stdoutAndStderr", ["err", "out"]],
  ])("logging %s", async (logging, expected) => {
    const { outputs } = await command.create({ create: "echo out; echo err >&2", logging });
    expect(shown.sort()).toEqual(expected);
    expect(outputs).toMatchObject({ stdout: "out", stderr: "err" });
  });

  test("a failure tells code, command and all output", async () => {
    await expect(command.create({ create: "echo out; echo why >&2; exit 3", logging: "none" })).rejects.toThrow(
      /exit status 3: running "echo out; echo why >&2; exit 3":\n[^]*why/,
    );
  });

  test("a folder that is not there fails", async () => {
    await expect(command.create({ create: "true", dir: "/not-there" })).rejects.toThrow('running "true"');
  });

  test("another interpreter", async () => {
    const script = "process.stdout.write(String(6 * 7))";
    const { outputs } = await command.create({ create: script, interpreter: [process.execPath, "-e"] });
    expect(outputs["stdout"]).toBe("42");
  });

  test("an update runs update, else create again, and knows the previous output", async () => {
    const inputs = { create: "echo made; echo noise >&2" };
    const { id, outputs } = await command.create(inputs);
    const update = "echo was $PULUMI_COMMAND_STDOUT and $PULUMI_COMMAND_STDERR";
    expect(await command.update(id, outputs, { ...inputs, update })).toMatchObject({ stdout: "was made and noise" });
    expect(await command.update(id, { ...outputs, stdout: "x" }, inputs)).toMatchObject({ stdout: "made" });
    const off = { ...inputs, update, addPreviousOutputInEnv: false };
    expect(await command.update(id, outputs, off)).toMatchObject({ stdout: "was and" });
  });

  test("a deletion runs delete where there is one", async () => {
    await command.delete("job1", { create: "false", stdout: "made" });
    expect(shown).toEqual([]);
    await command.delete("job1", { delete: "echo bye $PULUMI_COMMAND_STDOUT", stdout: "made" });
    expect(shown).toEqual(["bye made"]);
    await expect(command.delete("job1", { delete: "exit 1" })).rejects.toThrow("exit status 1");
  });
});

describe("preview and differences", () => {
  const state = { create: "true", environment: { A: "1" }, triggers: ["x"], stdout: "o", stderr: "" };

  test("a preview runs nothing and knows no output", async () => {
    const created = await command.create({ create: "echo ran" }, true);
    expect(created.outputs).toMatchObject({ stdout: UNKNOWN, stderr: UNKNOWN });
    const updated = await command.update("job1", state, { create: "echo ran" }, true);
    expect(updated).toMatchObject({ stdout: UNKNOWN });
    expect(shown).toEqual([]);
  });

  test("triggers replace, everything else updates, the same is the same", async () => {
    const { stdout: _o, stderr: _e, ...inputs } = state;
    expect(await command.diff(state, inputs)).toEqual({});
    expect(await command.diff(state, { ...inputs, triggers: ["y"] })).toEqual({
      triggers: { kind: "UPDATE", replaces: true },
    });
    expect(await command.diff(state, { ...inputs, environment: { A: "2" } })).toEqual({
      environment: { kind: "UPDATE", replaces: false },
    });
  });

  test("the environment keeps its secret; output is stored and shown in clear, as the real plugin does", async () => {
    const inputs = { create: "echo $TOKEN", environment: { TOKEN: new Secret("of-the-test"), PLAIN: "p" } };
    const { outputs } = await command.create(inputs);
    expect(outputs["environment"]).toEqual({ TOKEN: new Secret("of-the-test"), PLAIN: "p" });
    expect(outputs["stdout"]).toBe("of-the-test");
    expect(shown).toEqual(["of-the-test"]);
  });
});
