/** The pipeline for GitLab, by the same rules, and its two helpers against a server that answers as GitLab does. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type IncomingMessage, type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { parse } from "yaml";

const FOLDER = join(import.meta.dirname, "..", "..", "examples", "gitlab");

interface Job {
  readonly extends?: string;
  readonly rules?: readonly { readonly if: string; readonly when?: string }[];
  readonly script?: readonly string[];
  readonly environment?: { readonly name: string };
  readonly resource_group?: string;
  readonly interruptible?: boolean;
}
const pipeline = parse(readFileSync(join(FOLDER, ".gitlab-ci.yml"), "utf8")) as Record<string, Job>;
const jobs = Object.entries(pipeline)
  .filter(([name]) => !name.startsWith(".") && !["stages", "default"].includes(name))
  .map(([name, job]) => ({ name, ...(job.extends === undefined ? {} : pipeline[job.extends]), ...job }));

describe("the pipeline", () => {
  test("has a job of each kind for each stack", () => {
    const names = ["dev", "staging", "prod"].flatMap((stack) => [`preview-${stack}`, `deploy-${stack}`]);
    expect(jobs.map(({ name }) => name).sort()).toEqual([...names, "drift", "sandbox"].sort());
  });

  test("changes something from the default branch alone, one deployment at a time", () => {
    const changing = jobs.filter(({ script = [] }) =>
      script.some((line) => /pulumi (up|destroy|refresh)\b/.test(line)),
    );
    expect(changing.map(({ name }) => name)).toEqual(["deploy-dev", "deploy-staging", "deploy-prod"]);
    for (const { name, rules, environment, resource_group: group, interruptible } of changing) {
      expect(rules).toEqual([{ if: '$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH' }]);
      expect([environment?.name, group, interruptible]).toEqual([name, name, false]);
    }
  });

  test("previews real stacks for branches of the project alone, when a person starts it; all others get the sandbox", () => {
    for (const { name, rules, environment } of jobs.filter((job) => job.name.startsWith("preview-"))) {
      expect(rules).toHaveLength(1);
      expect(rules![0]).toMatchObject({ when: "manual" });
      expect(rules![0]!.if).toContain("$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID");
      expect(environment?.name).toBe(name);
    }
    const sandbox = jobs.find(({ name }) => name === "sandbox");
    expect(sandbox).toMatchObject({ script: ["npm run sandbox"] });
    expect(sandbox).not.toHaveProperty("environment");
  });
});

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
