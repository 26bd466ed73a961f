/** All checks of a stack: of its configuration, of what `up` would meet, and of what it has made. Reads only. */
import { checksAfterUp } from "../../checks/after-up.ts";
import { checksBeforeUp } from "../../checks/before-up.ts";
import { type StateResource, deployedOf, isDeployed } from "../../checks/deployed.ts";
import { type Expectations, LOGINS_ALONE, expectationsOf } from "../../checks/expectations.ts";
import type { Finding, FindingStatus } from "../../checks/finding.ts";
import { reportOf } from "../../checks/report.ts";
import { type Settings, SettingsError, placeToMend, readSettings } from "../../config/settings.ts";
import { AnypointClient } from "../../providers/anypoint/client.ts";
import { readConnection } from "../../providers/anypoint/connection.ts";
import { AnypointError } from "../../providers/anypoint/errors.ts";
import { OktaError } from "../../providers/okta/errors.ts";
import { type OktaConnection, readOktaConnection } from "../../providers/okta/login.ts";
import { type StackConfiguration, type StackLocation, readResources, readStackConfiguration } from "../stack-state.ts";

export interface DoctorReport {
  readonly stack: string;
  readonly findings: readonly Finding[];
  /** Nothing failed; warnings and what is unknown do not count. */
  readonly ok: boolean;
  /** From start to end, in milliseconds. */
  readonly durationMs: number;
}

export interface DoctorOptions {
  /** Gets a line whenever something takes long. Never holds a secret. */
  readonly onProgress?: (line: string) => void;
  /** Environment variables that may bring credentials. Default the process's own. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** What the checks look at. */
export interface Examined {
  readonly stackName: string;
  readonly configuration: StackConfiguration;
  readonly resources: readonly StateResource[];
}

/** One request, and one call with its repeats; the client's own times are for changes that must not be given up early. */
const ANYPOINT_TIMES = { timeoutMs: 20_000, overallTimeoutMs: 40_000, retries: 2 };
const PROGRESS_MS = 5000;

/** Reads a stack and examines it. Throws `CannotRun` when there is no such stack. */
export async function examineStack(location: StackLocation, options: DoctorOptions = {}): Promise<DoctorReport> {
  options.onProgress?.(`Reading the stack ${location.stackName} …`);
  const [configuration, resources] = await Promise.all([readStackConfiguration(location), readResources(location)]);
  return examine({ stackName: location.stackName, configuration, resources }, options);
}

/** Runs all checks; none of them keeps another from running. */
export async function examine(examined: Examined, options: DoctorOptions = {}): Promise<DoctorReport> {
  const { onProgress, environment = process.env } = options;
  const start = performance.now();
  const { stackName, resources } = examined;
  const { settings, findings: ofSettings } = settingsOf(examined, environment);
  const sides = sidesOf(examined.configuration.config, environment);
  const waited = progress(onProgress);
  try {
    const [before, after] = await Promise.all([
      beforeUp(settings, sides, resources),
      isDeployed(resources)
        ? checksAfterUp(deployedOf(resources), sides, { onDone: waited.done })
        : [reportOf("stack-state").ok("nothing is deployed yet: `pulumi up` comes next")],
    ]);
    const findings = [...ofSettings, ...before, ...after];
    return {
      stack: stackName,
      findings: [...bySide(findings)],
      ok: !findings.some(({ status }) => status === "fail"),
      durationMs: Math.round(performance.now() - start),
    };
  } finally {
    waited.end();
  }
}

const SIDES: readonly Finding["side"][] = ["stack", "Okta", "Anypoint", "gateway"];

/** In the order of the table. */
const bySide = (findings: readonly Finding[]): Finding[] =>
  SIDES.flatMap((side) => findings.filter((finding) => finding.side === side));

export const countOf = (findings: readonly Finding[], status: FindingStatus): number =>
  findings.filter((finding) => finding.status === status).length;

function settingsOf(
  { stackName, configuration: { config, isSecret } }: Examined,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly settings?: Settings; readonly findings: Finding[] } {
  const report = reportOf("stack-settings");
  try {
    return {
      settings: readSettings({ stack: stackName, config, isSecret, environment }),
      findings: [report.ok("no setting is wrong")],
    };
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return {
      findings: error.problems.map(({ key, problem }) =>
        report.fail("setting-wrong", `${key}: ${problem}`, `Mend it in ${placeToMend(stackName, key)}.`),
      ),
    };
  }
}

interface BothSides {
  readonly okta: OktaConnection | OktaError;
  readonly anypoint: AnypointClient | AnypointError;
}

function sidesOf(
  config: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string | undefined>>,
): BothSides {
  const read = (key: string) => config[key];
  return {
    okta: orError(OktaError, () => readOktaConnection(read, environment)),
    anypoint: orError(
      AnypointError,
      () => new AnypointClient({ connection: readConnection(read, environment), ...ANYPOINT_TIMES }),
    ),
  };
}

function orError<T, E extends Error>(kind: abstract new (...args: never[]) => E, work: () => T): T | E {
  try {
    return work();
  } catch (error) {
    if (error instanceof kind) return error;
    throw error;
  }
}

/** What `up` would meet. Objects that the stack has made itself are no finding: what it expected the last time is in its state. */
async function beforeUp(
  settings: Settings | undefined,
  { okta, anypoint }: BothSides,
  resources: readonly StateResource[],
): Promise<Finding[]> {
  const notAsked = (why: string): Finding[] => [
    { side: "stack", check: "before-up", title: "what `up` would meet", status: "unknown", seen: why },
  ];
  if (okta instanceof OktaError || anypoint instanceof AnypointError) {
    return notAsked("not asked: there is no usable login (okta-access, anypoint-access)");
  }
  if (settings === undefined) {
    const logins = await checksBeforeUp(LOGINS_ALONE, { okta, anypoint });
    return [...logins, ...notAsked("only the logins were tried: the configuration has errors (stack-settings)")];
  }
  const expectations = expectationsOf(settings);
  const record = resources.find(({ type }) => /^pulumi-nodejs:dynamic\/.*:Preflight$/.test(type));
  const former = record?.outputs as Expectations | undefined;
  return checksBeforeUp(expectations, { okta, anypoint }, former ?? (isDeployed(resources) ? expectations : undefined));
}

/** A line now and then while the checks run. */
function progress(tell: ((line: string) => void) | undefined) {
  const start = performance.now();
  let state = "";
  const timer = setInterval(() => {
    tell?.(`Waiting for Okta and Anypoint${state} … ${Math.round((performance.now() - start) / 1000)} s`);
  }, PROGRESS_MS);
  return {
    done: (done: number, of: number) => {
      state = `: ${done} of ${of} checks are done`;
    },
    end: () => clearInterval(timer),
  };
}
