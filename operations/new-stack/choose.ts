/** Which of the environments and API instances that are there belong to the new stack. */
import { listInstances } from "../../providers/anypoint/api-instance-lookup.ts";
import type { Instance } from "../../providers/anypoint/api-manager.ts";
import type { AnypointClient } from "../../providers/anypoint/client.ts";
import {
  type Environment,
  businessGroups,
  environmentsOf,
  rootOrganization,
} from "../../providers/anypoint/organizations.ts";
import { type Named, nameOf } from "../adopt/find-apis.ts";
import { Names } from "../adopt/names.ts";
import { CannotRun, type Surroundings } from "../command-line.ts";

export interface Wishes {
  /** Names, `business group/name`, or ids. */
  readonly environments: readonly string[];
  /** Numbers, or `asset/label`. */
  readonly apis: readonly string[];
  /** Scopes that the policies of the chosen APIs ask for. */
  readonly scopes: readonly string[];
}

export interface Chosen {
  readonly environments: readonly (string | Named)[];
  readonly apis: readonly object[];
}

interface Choice<T> {
  readonly label: string;
  readonly id: string;
  readonly value: T;
}

/** Reads the platform; writes nothing. */
export async function choose(client: AnypointClient, wishes: Wishes, around: Surroundings): Promise<Chosen> {
  const root = await rootOrganization(client);
  const groups = await businessGroups(client);
  const all = (await Promise.all(groups.map((group) => environmentsOf(client, group)))).flat();
  const places = all.map((value) => ({
    label: value.organization.id === root.id ? value.name : `${value.organization.name}/${value.name}`,
    id: value.id,
    value,
  }));
  const environments = await pick("environment", places, wishes.environments, around);
  if (environments.length === 0) {
    const known = places.map(({ label }) => label).join(", ");
    throw new CannotRun(
      `A stack needs one environment at least: add --environment. The connected app sees: ${known || "none (it needs view:environment)"}. Nothing was written.`,
    );
  }
  const instances: Choice<{ environment: Environment; instance: Instance }>[] = [];
  for (const environment of environments) {
    const place = { organizationId: environment.organization.id, environmentId: environment.id };
    for (const instance of await listInstances(client, place, environment.name)) {
      const label = [instance.assetId, instance.instanceLabel].filter(Boolean).join("/");
      instances.push({ label, id: instance.id, value: { environment, instance } });
    }
  }
  const names = new Names([], () => undefined);
  const apis = await pick("api", instances, wishes.apis, around);
  const scopes = wishes.scopes.length > 0 || apis.length === 0 ? wishes.scopes : await askForScopes(around);
  return {
    environments: environments.map((one) => {
      const name = nameOf(one, root);
      return name.businessGroup === undefined ? name.environment : name;
    }),
    apis: apis.map(({ environment, instance }) => ({
      name: names.of(instance.id, instance.assetId ?? `api-${instance.id}`, instance.id),
      ...nameOf(environment, root),
      instanceId: Number(instance.id),
      ...(scopes.length > 0 && { policy: { scopes } }),
    })),
  };
}

/** By the flags; without any by a question; without anybody to ask none. */
async function pick<T>(
  what: "environment" | "api",
  choices: readonly Choice<T>[],
  wished: readonly string[],
  around: Surroundings,
): Promise<T[]> {
  const list = wished.length > 0 || choices.length === 0 ? [...wished] : await askFor(what, choices, around);
  const found = list.map((wish) => {
    const matches = choices.filter(({ label, id }) => id === wish || label === wish);
    if (matches.length === 1) return matches[0]!;
    const known = choices.map(({ label, id }) => `${label} (${id})`).join(", ") || "none";
    throw new CannotRun(
      `--${what} ${wish} names ${matches.length === 0 ? "nothing that is there" : "several; give the id"}. There are: ${known}. Nothing was written.`,
    );
  });
  return [...new Set(found)].map(({ value }) => value);
}

async function askFor<T>(what: string, choices: readonly Choice<T>[], around: Surroundings): Promise<string[]> {
  if (around.ask === undefined) return [];
  choices.forEach(({ label, id }, index) => around.stderr(`  ${index + 1}  ${label} (${id})\n`));
  const empty = what === "api" ? ", empty: none" : "";
  const answer = await around.ask(`Which (${what}; numbers with commas between${empty}): `);
  return answer
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((number) => {
      const choice = choices[Number(number) - 1];
      if (choice !== undefined) return choice.id;
      throw new CannotRun(`${number} is not a number of the list. Nothing was written.`);
    });
}

async function askForScopes({ ask }: Surroundings): Promise<string[]> {
  const answer = await ask?.("Scopes that their policies ask for (commas between, empty: any valid token passes): ");
  return (answer ?? "").split(/[\s,]+/).filter(Boolean);
}
