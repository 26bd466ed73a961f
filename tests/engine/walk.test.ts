/** The README's walk over a pattern made by hand: its commands, as they stand there, in a fresh copy of the checkout. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { ROOT } from "../../sandbox/engine.ts";

const FIRST_PORT = 4710;

let checkout: string;
let services: ChildProcess | undefined;
let port: number;
let start: string;
let commands: string[];

beforeAll(async () => {
  [start = "", ...commands] = walk();
  port = await freePorts();
  checkout = copyOfCheckout();
  services = await startServices(`${start} --port ${port}`);
}, 120_000);

afterAll(async () => {
  if (services?.exitCode === null) {
    const ended = new Promise((resolve) => services?.once("exit", resolve));
    process.kill(-(services.pid ?? 0), "SIGINT");
    await ended;
  }
  rmSync(checkout, { recursive: true, force: true });
});

/** The commands of the two blocks after "Try it first". */
function walk(): string[] {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const text = readme.slice(readme.indexOf("**Try it first.**"));
  const blocks = [...text.matchAll(/^```\n([\s\S]*?)^```/gm)].slice(0, 2).map(([, block]) => block ?? "");
  return blocks.join("").trim().split("\n");
}

/** The first of five ports that are free now, below those that the system gives out by itself. */
async function freePorts(): Promise<number> {
  for (;;) {
    const first = randomInt(15_000, 30_000);
    const free = await Promise.all([0, 1, 2, 3, 4].map((offset) => isFree(first + offset)));
    if (free.every(Boolean)) return first;
  }
}

function isFree(candidate: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(candidate, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

function copyOfCheckout(): string {
  mkdirSync(join(ROOT, ".sandbox"), { recursive: true });
  const folder = mkdtempSync(join(ROOT, ".sandbox", "walk-"));
  const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  for (const file of files.trim().split("\n")) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(ROOT, file), join(folder, file));
  }
  // Links to the same files: a copy would take longer than the walk.
  execFileSync("cp", ["-al", join(ROOT, "node_modules"), join(folder, "node_modules")]);
  return folder;
}

function startServices(command: string): Promise<ChildProcess> {
  const child = spawn("bash", ["-c", command], { cwd: checkout, detached: true, env: plainEnvironment() });
  let said = "";
  return new Promise((resolve, reject) => {
    const hear = (data: Buffer) => {
      said += data.toString();
      if (said.includes("Ctrl-C stops the services")) resolve(child);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("exit", (code) => reject(new Error(`the services ended with ${code}:\n${said}`)));
  });
}

/** The environment without what Jest and a person's own stack put there. */
const plainEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(JEST_|PULUMI_(?!HOME)|OKTA_|ANYPOINT_)/.test(name)),
  );

test("each command does what the README says", () => {
  const [environment, ...steps] = commands;
  expect(steps.length).toBeGreaterThan(8);
  const said = steps.map((step) =>
    execFileSync(
      "bash",
      ["-c", `{ ${environment} && ${step.replace(String(FIRST_PORT + 2), String(port + 2))}\n} 2>&1`],
      {
        cwd: checkout,
        encoding: "utf8",
        env: plainEnvironment(),
      },
    ),
  );
  const [unconfigured, adopted, , ready, previewed, upped, verified, well, , orphans] = said;
  expect(unconfigured).toContain("only the logins were tried");
  expect(unconfigured).toContain("1 fail");
  expect(adopted).toContain("Written. Nothing was changed at Okta or Anypoint.");
  expect(ready).toContain("nothing fails");
  expect(previewed).toMatch(/= 4 to import/);
  expect(previewed).not.toMatch(/to (delete|replace)/);
  expect(upped).toMatch(/= 4 imported/);
  expect(verified).toContain("0 failed");
  expect(verified).toMatch(/call with the token\s+│ 200\s+│ 200/);
  expect(well).toContain("nothing fails");
  expect(orphans).toContain("Nothing of stack lab is left behind.");
});
