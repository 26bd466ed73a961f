/** What the rules look at, from the engine's events of a preview: for an engine whose policy host can't be had. */
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import type { SeenResource } from "../../policies/rules.ts";

interface State {
  readonly type: string;
  readonly protect?: boolean;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

interface Metadata {
  readonly op: string;
  readonly urn: string;
  readonly old?: State | null;
  readonly new?: State | null;
}

/** How the engine's events show a value that only an `up` will know (Pulumi's plugin.UnknownStringValue and its kin). */
const UNKNOWN: ReadonlySet<unknown> = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** The resources as they will be; those that go are left out. Secrets are `[secret]`, as in all of the engine's events. */
export function seenResources(events: readonly EngineEvent[]): SeenResource[] {
  const seen = new Map<string, SeenResource>();
  for (const { resourcePreEvent } of events) {
    const metadata = resourcePreEvent?.metadata as Metadata | undefined;
    if (!metadata?.new) continue;
    const { type, protect = false, inputs = {}, outputs } = metadata.new;
    // The outputs of one that stays are told as those that it had.
    const had = /^(same|update)$/.test(metadata.op) ? metadata.old?.outputs : undefined;
    const name = metadata.urn.split("::").at(-1) ?? metadata.urn;
    seen.set(metadata.urn, {
      type,
      name,
      protect,
      props: { ...known(had ?? {}), ...known(outputs ?? {}), ...known(inputs) },
    });
  }
  return [...seen.values()];
}

const isUnknown = (value: unknown): boolean => UNKNOWN.has(value) || (Array.isArray(value) && value.some(isUnknown));

/** A list with an unknown member is unknown: its length tells nothing. */
function known(props: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const plain = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(plain);
    return typeof value === "object" && value !== null ? known(value as Record<string, unknown>) : value;
  };
  return Object.fromEntries(
    Object.entries(props)
      .filter(([, value]) => !isUnknown(value))
      .map(([key, value]) => [key, plain(value)]),
  );
}
