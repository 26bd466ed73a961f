/**
 * What no workflow may do, told by its parsed file: where a pull request's code runs, what it can reach, and where a stack is changed. Each
 * rule gives a line per fault. The project's rules, not all that a scanner knows.
 */

export type Bag = Readonly<Record<string, unknown>>;

export interface Step extends Bag {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Bag;
  readonly env?: Bag;
}
export interface Job extends Bag {
  readonly if?: string;
  readonly needs?: string;
  readonly environment?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly concurrency?: { group: string; "cancel-in-progress": unknown };
  readonly steps?: readonly Step[];
}
export interface Workflow extends Bag {
  readonly on: Bag;
  readonly permissions?: Bag;
  readonly jobs: Readonly<Record<string, Job>>;
}

export const SAME_REPOSITORY = "github.event.pull_request.head.repo.full_name == github.repository";
export const MAIN_ALONE = "github.ref == 'refs/heads/main'";

/** With these a fork's code or words would meet secrets, or a token that writes. */
const DANGEROUS = ["pull_request_target", "workflow_run", "issue_comment"];

const text = (value: unknown): string => JSON.stringify(value) ?? "";
/** The token that GitHub makes for the run is bounded by the permissions; everything else is a secret. */
const usesSecrets = (value: unknown): boolean =>
  /\bsecrets\b\s*(\.(?!GITHUB_TOKEN\b)|\[)|toJSON\(\s*secrets|"secrets":/i.test(text(value));

/** Pulumi by a command or by the action, and whether it changes a stack. */
const CHANGING =
  /\bpulumi\s+(-\S+\s+)*(up|update|destroy|import|refresh(?!.*--preview-only)|stack\s+(rm|import)|state\s)/;
const changesStack = ({ uses = "", with: given, run = "" }: Step): boolean =>
  (uses.startsWith("pulumi/actions@") &&
    !["preview", "output", undefined].includes(given?.command as string | undefined)) ||
  CHANGING.test(run);

export function faultsOf({ on, permissions, jobs, ...rest }: Workflow): string[] {
  const faults: string[] = [];
  for (const trigger of DANGEROUS.filter((one) => one in on)) faults.push(`on ${trigger}`);
  if (text(permissions) !== "{}") faults.push("rights for all jobs");
  if (usesSecrets(rest)) faults.push("secrets for all jobs");
  for (const [name, job] of Object.entries(jobs)) {
    for (const fault of [...faultsOfJob(job, on), ...(job.steps ?? []).flatMap(faultsOfStep)])
      faults.push(`${name}: ${fault}`);
  }
  return faults;
}

function faultsOfJob({ steps = [], ...job }: Job, on: Bag): string[] {
  const faults: string[] = [];
  const { environment } = job;
  const secret = usesSecrets([steps, job]);
  if (job.permissions === undefined) faults.push("no rights of its own");
  if (usesSecrets(job)) faults.push("secrets for all its steps");
  if (secret && !/^(preview|deploy|drift)-/.test(environment ?? "")) faults.push("secrets without an environment");
  if ("pull_request" in on && (secret || environment !== undefined)) {
    if (job.if !== SAME_REPOSITORY) faults.push("an environment or secrets for pull requests of forks");
    if (!environment?.startsWith("preview-")) faults.push("a pull request in an environment that is not for previews");
  }
  const runsCode = steps.some(({ uses, run = "" }) => uses?.startsWith("actions/checkout@") || /\bnp[mx]\b/.test(run));
  const mayWrite: Record<string, boolean> = {
    "pull-requests": environment?.startsWith("preview-") ?? false,
    issues: !secret && environment === undefined && !runsCode && !("pull_request" in on),
    "id-token": environment !== undefined,
  };
  for (const [scope, level] of Object.entries(job.permissions ?? {}))
    if (level === "write" && mayWrite[scope] !== true) faults.push(`may write ${scope}`);
  if (steps.some(changesStack)) {
    if (!environment?.startsWith("deploy-")) faults.push("changes a stack outside a deployment");
    const triggers = text(on);
    if (triggers !== '{"push":{"branches":["main"]},"workflow_dispatch":null}' || job.if !== MAIN_ALONE)
      faults.push("changes a stack from other branches than main");
    if (job.concurrency?.["cancel-in-progress"] !== false) faults.push("a deployment that can be cut off");
  }
  return faults;
}

function faultsOfStep({ uses, run, with: given }: Step): string[] {
  const faults: string[] = [];
  if (run?.includes("${{")) faults.push("GitHub's text in a command; hand it over by env");
  if (run !== undefined && DOWNLOADED.test(run)) faults.push("runs what it downloads");
  if (uses !== undefined && !/^[\w./-]+@[0-9a-f]{40}$/.test(uses)) faults.push(`${uses} is not named by its commit`);
  if (uses?.startsWith("actions/checkout@") && given?.["persist-credentials"] !== false)
    faults.push("the checkout leaves its token behind");
  const judged = uses?.startsWith("pulumi/actions@") && given?.command !== undefined;
  if (judged && given.policyPacks !== "policies") faults.push("not judged by the policy pack");
  return faults;
}

const DOWNLOADED = /\b(curl|wget)[^\n]*\|\s*(ba)?sh/;

export interface GitlabJob extends Bag {
  readonly extends?: string;
  readonly image?: string | { name: string };
  readonly before_script?: readonly string[];
  readonly script?: readonly string[];
  readonly rules?: readonly { readonly if?: string; readonly when?: string }[];
  readonly environment?: { readonly name: string; readonly action?: string };
  readonly resource_group?: string;
  readonly interruptible?: boolean;
  readonly variables?: Bag;
}

/** Jobs of GitLab with what they extend. */
export function gitlabJobs(file: Bag): Record<string, GitlabJob> {
  const resolved = (job: GitlabJob): GitlabJob => {
    if (job.extends === undefined) return job;
    const base = resolved(file[job.extends] as GitlabJob);
    return { ...base, ...job, variables: { ...base.variables, ...job.variables } };
  };
  const named = Object.entries(file).filter(([name]) => !name.startsWith(".") && !["stages", "default"].includes(name));
  return Object.fromEntries(named.map(([name, job]) => [name, resolved(job as GitlabJob)]));
}

const SAME_PROJECT =
  '$CI_PIPELINE_SOURCE == "merge_request_event" && $CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID';
const ON_MAIN = " && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH";
/** What people of a merge request write, and a shell would run. */
const WRITTEN =
  /\$\{?CI_(MERGE_REQUEST_(TITLE|DESCRIPTION|SOURCE_BRANCH_NAME|LABELS)|COMMIT_(MESSAGE|TITLE|REF_NAME|BRANCH|DESCRIPTION|AUTHOR))\b|\beval\b/;

export function gitlabFaultsOf(file: Bag): string[] {
  return Object.entries(gitlabJobs(file)).flatMap(([name, job]) =>
    faultsOfGitlabJob(job).map((fault) => `${name}: ${fault}`),
  );
}

function faultsOfGitlabJob(job: GitlabJob): string[] {
  const faults: string[] = [];
  const { rules = [], environment } = job;
  const script = [...(job.before_script ?? []), ...(job.script ?? [])].join("\n");
  const stack = /\bpulumi\s|npm run (drift|verify|doctor)/.test(script);
  const changes = CHANGING.test(script);
  if (rules.length === 0) faults.push("no rules: it would run everywhere");
  for (const { if: condition = "", when } of rules) {
    const merge = condition.includes("merge_request_event");
    if (!merge && !condition.endsWith(ON_MAIN)) faults.push("runs on other branches than the default one");
    if (merge && environment !== undefined) {
      if (condition !== SAME_PROJECT || when !== "manual")
        faults.push("an environment for merge requests of forks, or by itself");
      if (!environment.name.startsWith("preview-"))
        faults.push("a merge request in an environment that is not for previews");
      // For other actions GitLab means to let everybody at a protected environment (gitlab#437142).
      if (environment.action !== "prepare") faults.push("an environment that everybody may use");
    }
    if (changes && (merge || !condition.includes('== "push"') || !environment?.name.startsWith("deploy-")))
      faults.push("changes a stack outside a deployment");
  }
  if (changes && (job.resource_group !== environment?.name || job.interruptible !== false))
    faults.push("a deployment that can meet another or be cut off");
  if (stack && environment === undefined) faults.push("a stack without an environment");
  if (/\bpulumi\s+(preview|up)\b(?!.*--policy-pack policies)/.test(script))
    faults.push("not judged by the policy pack");
  if (script.includes("issue.mjs") && (stack || /^(preview|deploy|drift)-/.test(environment?.name ?? "")))
    faults.push("an issue beside the credentials");
  if (WRITTEN.test(script)) faults.push("text of others in a command");
  if (DOWNLOADED.test(script)) faults.push("runs what it downloads");
  return faults;
}
