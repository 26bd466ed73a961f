/** What the first `up` would do with a proposed configuration: a preview of the project's own program by the engine. */
import type { EngineEvent, PulumiFn } from "@pulumi/pulumi/automation/index.js";
import { differences } from "../../providers/anypoint/client-provider-wire.ts";
import type { AppliedPolicy } from "../../providers/anypoint/api-manager.ts";
import { runOwnProgram } from "../own-program.ts";
import type { StackLocation } from "../stack-state.ts";
import type { FoundProvider } from "./anypoint-side.ts";

export interface Step {
  /** Name of the resource in the program. */
  readonly resource: string;
  readonly does: "import" | "take over" | "change" | "make" | "REPLACE" | "DELETE";
  /** Names of the properties that change. */
  readonly properties: readonly string[];
  readonly remark?: string;
}

export interface FirstUp {
  readonly steps: readonly Step[];
  /** The engine's own error messages; with one there is no telling. */
  readonly errors: readonly string[];
}

/** Objects of Anypoint that the stack takes over, as they are. */
export interface TakenOver {
  readonly provider: FoundProvider;
  readonly policies: readonly AppliedPolicy[];
  /** Names of those that are offered the provider, and their ids. */
  readonly environments: readonly string[];
  /** Names of applications. */
  readonly applications: readonly string[];
}

interface Metadata {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  readonly new?: { readonly inputs?: Record<string, unknown>; readonly custom?: boolean } | null;
  readonly diffs?: readonly string[] | null;
  readonly detailedDiff?: Record<string, unknown> | null;
}

/** What the names of properties do not tell. */
const REMARKS: Record<string, string> = {
  ClientProvider: "its key and secret, which no read shows, are written",
  SigningKey: "in the stack's state alone",
};

/** Name of the resource that holds the Manager's key. */
export const KEY_RESOURCE = /-manager-key$/;

/** Previews without changing anything, not even which stack is selected. */
export async function previewFirstUp(
  location: StackLocation,
  configFile: string,
  program: PulumiFn,
  taken: TakenOver,
): Promise<FirstUp> {
  const { events, errors } = await runOwnProgram(location, program, (stack, recording) =>
    stack.preview({ ...recording, configFile }),
  );
  return { steps: stepsOf(events, taken), errors };
}

function stepsOf(events: readonly EngineEvent[], taken: TakenOver): Step[] {
  const byUrn = new Map<string, Step>();
  for (const { resourcePreEvent } of events) {
    const metadata = resourcePreEvent?.metadata as Metadata | undefined;
    if (metadata === undefined || metadata.op === "same") continue;
    // Components and the login are nothing at the vendors.
    if (metadata.type.startsWith("okta-anypoint:") || metadata.type.startsWith("pulumi:")) continue;
    const before = byUrn.get(metadata.urn);
    byUrn.set(metadata.urn, stepOf(metadata, before, taken));
  }
  const steps = [...byUrn.values()];
  // The contract of an application that is taken over is there too.
  const whose = ({ resource }: Step) =>
    steps.find((one) => one.resource === resource.replace(/-contract$/, "-application"));
  return steps.map((step) =>
    step.does === "make" && step.resource.endsWith("-contract") && whose(step)?.does === "take over"
      ? { ...step, does: "take over" }
      : step,
  );
}

function stepOf(
  { op, urn, type, new: now, diffs, detailedDiff }: Metadata,
  before: Step | undefined,
  taken: TakenOver,
): Step {
  const resource = urn.split("::").at(-1) ?? urn;
  const changed = Object.keys(detailedDiff ?? {});
  const properties = (changed.length > 0 ? changed : [...(diffs ?? [])]).sort();
  if (/replace/.test(op) || before?.does === "REPLACE") return { resource, does: "REPLACE", properties };
  if (/delete/.test(op)) return { resource, does: "DELETE", properties: [] };
  if (op === "import") return { resource, does: "import", properties: [] };
  if (op === "update") return { resource, does: before?.does === "import" ? "import" : "change", properties };
  const changes = takenOver(type, now?.inputs ?? {}, taken);
  const remark = REMARKS[type.split(":").at(-1) ?? ""];
  return {
    ...{ resource, does: changes === undefined ? "make" : "take over", properties: changes ?? [] },
    ...(remark !== undefined && { remark }),
  };
}

/** To the engine our own resources are made, also where their first work is to take over what is there. Undefined: made. */
function takenOver(type: string, inputs: Record<string, unknown>, taken: TakenOver): string[] | undefined {
  switch (type.split(":").at(-1) ?? "") {
    case "ClientProvider":
      return inputs.adopt === true
        ? differences(inputs as unknown as Parameters<typeof differences>[0], taken.provider).sort()
        : undefined;
    case "EnvironmentAssignment":
      return taken.environments.includes(String(inputs.environment)) ? [] : undefined;
    case "ApiInstance":
      return inputs.apiId === undefined ? undefined : [];
    case "ApiPolicy": {
      const policy = taken.policies.find(({ policyId }) => policyId === String(inputs.policyId));
      const configuration = (inputs.configuration ?? {}) as Record<string, unknown>;
      const differs = (key: string) =>
        JSON.stringify(configuration[key]) !== JSON.stringify(policy?.configuration[key]);
      return (
        policy &&
        Object.keys(configuration)
          .filter(differs)
          .map((key) => `configuration.${key}`)
          .sort()
      );
    }
    case "ClientApplication":
      return inputs.adopt === true && taken.applications.includes(String(inputs.name)) ? [] : undefined;
    default:
      return undefined;
  }
}
