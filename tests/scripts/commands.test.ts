import { spawn, spawnSync } from "node:child_process";
import { cpSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { Machine } from "./fakes.ts";

/** The commands themselves, in a checkout that has the scripts and everything in place: nothing to install, an engine on PATH. */
let machine: Machine;

beforeEach(() => {
  machine = new Machine();
  cpSync("scripts", join(machine.checkout, "scripts"), { recursive: true });
  machine.write(
    join(machine.checkout, "package.json"),
    JSON.stringify({ type: "module", dependencies: { "@pulumi/pulumi": "3.259.0" } }),
  );
  machine.write(join(machine.checkout, "package-lock.json"), JSON.stringify({ packages: {} }));
  machine.write(join(machine.checkout, "node_modules", ".package-lock.json"), JSON.stringify({ packages: {} }));
  machine.command("pulumi", `console.log("v3.259.0");`);
});
afterEach(() => machine.remove());

const command = (...args: string[]) =>
  spawnSync(process.execPath, args, { cwd: machine.checkout, env: machine.env, encoding: "utf8" });

describe("setup.mjs", () => {
  test("says in one line that all is ready, on stderr", () => {
    const { status, stdout, stderr } = command("scripts/setup.mjs");
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
    expect(stderr).toMatch(
      /^setup: ready: Node [\d.]+ \(current\), packages, Pulumi 3\.259\.0 \(on PATH\); [\d.]+ s\n$/,
    );
    expect(machine.calls).toEqual([["pulumi", "version"]]);
  });

  test("refuses arguments that it does not know", () => {
    const { status, stderr } = command("scripts/setup.mjs", "--nod", "22");
    expect(status).toBe(2);
    expect(stderr).toContain("can't read the arguments: --nod 22");
  });

  test("a failure has no stack trace", () => {
    machine.write(join(machine.checkout, "package-lock.json"), "half {");
    const { status, stderr } = command("scripts/setup.mjs");
    expect(status).toBe(1);
    expect(stderr).toMatch(/^\nsetup failed: .*package-lock.json is missing or not readable/);
    expect(stderr).not.toContain("    at ");
  });

  test("a Node that is too old for the set-up itself is told so", () => {
    const old = pathToFileURL(join(machine.checkout, "scripts", "setup.mjs")).href;
    const program = `Object.defineProperty(process, "versions", { value: { node: "12.22.12" } }); await import(${JSON.stringify(old)});`;
    const { status, stderr } = command("--input-type=module", "-e", program);
    expect(status).toBe(1);
    expect(stderr).toMatch(/this is Node 12\.22\.12[^]*needs Node 18 or newer[^]*Install a current Node/);
  });
});

describe("run.mjs", () => {
  const write = (text: string) => machine.write(join(machine.checkout, "program.ts"), text);

  test("runs TypeScript with its arguments and the environment, and passes the exit code on", () => {
    write(`const found: object = { args: process.argv.slice(2), node: process.env.OKTA_ANYPOINT_NODE, path: process.env.PATH };
      console.log(JSON.stringify(found)); process.exitCode = 7;`);
    const { status, stdout, stderr } = command("scripts/run.mjs", "program.ts", "--json", "two words");
    expect(status).toBe(7);
    const found = JSON.parse(stdout) as { args: string[]; node: string; path: string };
    expect(found.args).toEqual(["--json", "two words"]);
    expect(found.node).toBe(process.execPath);
    const folders = found.path.split(delimiter);
    expect(folders).toEqual(
      expect.arrayContaining([
        dirname(process.execPath),
        machine.bin,
        join(machine.checkout, "node_modules", "@pulumi", "pulumi"),
      ]),
    );
    expect(stderr).toMatch(/^setup: ready: .*\n$/);
  });

  test("does not run the file when the set-up fails", () => {
    write(`console.log("ran");`);
    machine.write(join(machine.checkout, "package-lock.json"), "");
    expect(command("scripts/run.mjs", "program.ts")).toMatchObject({ status: 1, stdout: "" });
  });

  test("without a file: usage", () => {
    expect(command("scripts/run.mjs")).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringContaining("usage"),
    });
  });

  test.each([
    [
      "a signal that the program handles gives its exit code",
      `process.on("SIGTERM", () => process.exit(5));`,
      { code: 5, signal: null },
    ],
    ["a signal that ends the program ends us the same way", "", { code: null, signal: "SIGTERM" }],
  ])("%s", async (_name, handler, expected) => {
    write(`${handler} setInterval(() => {}, 1000); console.log("started");`);
    const child = spawn(process.execPath, ["scripts/run.mjs", "program.ts"], {
      cwd: machine.checkout,
      env: machine.env,
      stdio: ["ignore", "pipe", "ignore"],
    });
    child.stdout.once("data", () => child.kill("SIGTERM"));
    const ended = await new Promise((resolve) => child.on("exit", (code, signal) => resolve({ code, signal })));
    expect(ended).toEqual(expected);
  });
});

describe("test.mjs", () => {
  const tools = ["typescript/bin/tsc", "eslint/bin/eslint.js", "prettier/bin/prettier.cjs"];
  const note = (name: string) =>
    `require("fs").appendFileSync(${JSON.stringify(machine.callsFile)}, JSON.stringify(["${name}", ...process.argv.slice(2)]) + "\\n");`;
  const tool = (name: string, body = "") =>
    machine.write(join(machine.checkout, "node_modules", name), note(name) + body);
  const jest = (counts: object, code = 0) =>
    tool(
      "jest/bin/jest.js",
      `const file = process.argv.find((arg) => arg.startsWith("--outputFile=")).slice(13);
       require("fs").writeFileSync(file, ${JSON.stringify(
         JSON.stringify({
           numPassedTests: 0,
           numFailedTests: 0,
           numPendingTests: 0,
           numTodoTests: 0,
           numRuntimeErrorTestSuites: 0,
           ...counts,
         }),
       )}); process.exit(${code});`,
    );
  beforeEach(() => {
    for (const name of tools) tool(name);
    // The tools are CommonJS; the checkout's package.json says otherwise.
    machine.write(join(machine.checkout, "node_modules", "package.json"), "{}");
    machine.write(join(machine.checkout, "tests", "engine", "x.test.ts"), "");
    cpSync("sandbox/plugin-choice.ts", join(machine.checkout, "sandbox", "plugin-choice.ts"));
    whole();
  });
  /** The look at all suites together. */
  const whole = (code = 0) =>
    machine.write(
      join(machine.checkout, "tests", "contract", "whole.ts"),
      `import { appendFileSync } from "node:fs";
       const line = JSON.stringify(["whole", process.env.CONTRACT_RUN]);
       appendFileSync(${JSON.stringify(machine.callsFile)}, line + "\\n");
       process.exit(${code});`,
    );
  const lastLine = (text: string) => text.trimEnd().split("\n").pop();
  const names = () => machine.calls.map(([name]) => name);

  test("--fast: types, lint, formatting, unit and engine suites once; the last line is the sum", () => {
    jest({ numPassedTests: 21, numPendingTests: 1 });
    const { status, stdout } = command("scripts/test.mjs", "--fast");
    expect(status).toBe(0);
    expect(names()).toEqual([...tools, "jest/bin/jest.js", "jest/bin/jest.js", "whole"]);
    expect(machine.calls.at(-1)).toEqual(["whole", join(machine.checkout, ".sandbox", "contract")]);
    const [unit = [], engine = []] = machine.calls.filter(([name]) => name === "jest/bin/jest.js");
    expect(unit.slice(-2)).toEqual(["--testPathIgnorePatterns", "/tests/engine/"]);
    expect(engine).toEqual(expect.arrayContaining(["--maxWorkers=2", "tests/engine"]));
    expect(lastLine(stdout)).toBe("42 passed, 0 failed, 2 skipped");
  });

  test("without --fast the suites run on the other Node as well", () => {
    jest({ numPassedTests: 1 });
    const other = process.versions.node.startsWith("24.") ? "22" : "24";
    machine.command(
      "npm",
      `
      const folder = args[args.indexOf("--prefix") + 1];
      const [where, entry] = Object.entries(JSON.parse(fs.readFileSync(path.join(folder, "package-lock.json"))).packages)[1];
      fs.mkdirSync(path.join(folder, where, "bin"), { recursive: true });
      fs.writeFileSync(path.join(folder, where, "package.json"), JSON.stringify({ name: path.basename(where), version: entry.version }));
      fs.writeFileSync(path.join(folder, where, "bin", "node"), "#!/bin/sh\\nexec '${process.execPath}' \\"$@\\"\\n", { mode: 0o755 });`,
    );
    const { status, stdout } = command("scripts/test.mjs");
    expect(status).toBe(0);
    expect(stdout).toContain(`engine suites, Node ${other}: ok`);
    expect(lastLine(stdout)).toBe("4 passed, 0 failed");
  });

  test("paths: Jest alone, once, with them", () => {
    jest({ numPassedTests: 3 });
    const { status, stdout } = command("scripts/test.mjs", "tests/foo", "-t", "name");
    expect(status).toBe(0);
    expect(names()).toEqual(["jest/bin/jest.js"]);
    expect(machine.calls[0]?.slice(-3)).toEqual(["tests/foo", "-t", "name"]);
    expect(lastLine(stdout)).toBe("3 passed, 0 failed");
  });

  test("a failed test fails, and so does a suite that cannot be loaded", () => {
    jest({ numPassedTests: 3, numFailedTests: 1, numRuntimeErrorTestSuites: 1 }, 1);
    const { status, stdout } = command("scripts/test.mjs", "tests/foo");
    expect(status).toBe(1);
    expect(lastLine(stdout)).toBe("3 passed, 2 failed");
  });

  test("Jest without a report counts as a failure", () => {
    tool("jest/bin/jest.js", "process.exit(0);");
    const { status, stdout } = command("scripts/test.mjs", "tests/foo");
    expect(status).toBe(1);
    expect(lastLine(stdout)).toBe("0 passed, 1 failed");
  });

  test("what all suites together must not be fails", () => {
    whole(1);
    jest({ numPassedTests: 3 });
    const { status, stdout } = command("scripts/test.mjs", "--fast");
    expect(status).toBe(1);
    expect(lastLine(stdout)).toBe("6 passed, 1 failed");
  });

  test("a failed lint fails, and the suites run all the same", () => {
    tool("eslint/bin/eslint.js", "process.exit(1);");
    jest({ numPassedTests: 3 });
    const { status, stdout } = command("scripts/test.mjs", "--fast");
    expect(status).toBe(1);
    expect(stdout).toContain("FAILED    0:00  lint");
    expect(lastLine(stdout)).toBe("6 passed, 1 failed");
  });
});
