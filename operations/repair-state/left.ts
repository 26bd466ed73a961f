/**
 * Objects at Okta that an `up` which was cut off left behind: they have the client id or the name that this stack gives, were made
 * after it began, and its state does not know them. Nothing is written here.
 *
 * What becomes of each follows from what the plugin can read (see docs/architecture.md): all but the Inspector are taken into the
 * state; the Inspector, whose secret no read shows, is deleted, and made anew by the next `up`.
 */
import { ACCESS_RULE_NAME, accessPolicyName } from "../../config/access-policy.ts";
import { generationClientId, generationName } from "../../config/generations.ts";
import type { Settings } from "../../config/settings.ts";
import type { OktaSide, SeenApp, SeenRole, SeenServer } from "../adopt/okta-side.ts";
import { type StoredResource, nameOf, textOf } from "./deployment.ts";
import type { Import } from "./engine.ts";
import { APP, GRANTS, POLICY, ROLE, RULE, SCOPE, SERVER } from "./okta-types.ts";

interface About {
  /** The object in a few words, with its id. */
  readonly what: string;
  /** Why it is this stack's, or why that is not sure. */
  readonly why: string;
}

export interface Left {
  readonly adopt: readonly (About & { readonly as: Import })[];
  readonly remove: readonly (About & Removal)[];
  /** Left alone; `whatToDo` for a person. */
  readonly alone: readonly (About & { readonly whatToDo: string })[];
}

/** What can only be deleted: an app whose secret can't be read, or a second server that nothing was put into. */
export type Removal = { readonly app: SeenApp } | { readonly server: SeenServer };

export interface Search {
  readonly okta: OktaSide;
  readonly settings: Settings;
  /** Resources of the state without those whose object is gone. */
  readonly resources: readonly StoredResource[];
}

const NOTHING_ADOPTED: Partial<Settings["adopt"]> = {};

/** How far the clocks of Okta and of the machine that ran the stack may be apart. */
const CLOCKS_MS = 10 * 60_000;

/** Throws `OktaError` when Okta can't be asked. */
export async function findLeft(search: Search): Promise<Left> {
  const finder = new Finder(search);
  await finder.managerSide();
  await finder.inspectorSide();
  await finder.serverSide();
  return finder.left;
}

class Finder {
  readonly left = {
    adopt: [] as (About & { as: Import })[],
    remove: [] as (About & Removal)[],
    alone: [] as (About & { whatToDo: string })[],
  };
  readonly #okta: OktaSide;
  readonly #settings: Settings;
  readonly #resources: readonly StoredResource[];
  readonly #provider: string | undefined;

  constructor({ okta, settings, resources }: Search) {
    this.#okta = okta;
    this.#settings = settings;
    this.#resources = resources;
    this.#provider = resources.find(({ type }) => type === "pulumi:providers:okta")?.urn;
  }

  async managerSide(): Promise<void> {
    for (const generation of this.#settings.manager.generations) await this.#manager(generation);
  }

  async #manager(generation: number): Promise<void> {
    const { adopt: configured, manager } = this.#settings;
    // What is adopted is of the first generation.
    const adopt = generation === 1 ? configured : NOTHING_ADOPTED;
    const clientId = generationClientId(manager.clientId, generation);
    const component = this.#component("ManagerApp", generationName("-manager", generation));
    if (component === undefined) return;
    let app = this.#known(component, "-app", APP);
    if (app === undefined && adopt.managerApp === undefined) {
      const there = await this.#appOf(clientId);
      if (there !== undefined) {
        const about = this.#about(
          `the Manager app ${shown(there)}`,
          there.created,
          component,
          `its client id ${clientId} is this stack's`,
        );
        if (about.since === "yes") {
          this.#adopt(component, "-app", APP, there.id, about);
          app = { id: there.id, clientId };
        } else
          this.#leave(
            about,
            "Choose another okta-anypoint:manager.clientId, or take that app over with `npm run adopt`.",
          );
      }
    }
    if (app === undefined) return;
    const ours = adopt.managerApp === undefined;
    if (this.#known(component, "-scopes", GRANTS) === undefined && !adopt.managerGrants) {
      const grants = await this.#okta.grants(app);
      if (grants.length > 0) {
        const about = { what: `the grants of app ${app.id} (${grants.join(", ")})`, why: "the app is this stack's" };
        if (ours) this.#adopt(component, "-scopes", GRANTS, app.id, about);
        else
          this.#leave(
            { ...about, why: "the app was there before this stack" },
            "Set okta-anypoint:adopt.managerGrants: true.",
          );
      }
    }
    const role = this.#component("ClientAdminRole", `${generationName("-manager", generation)}-role`);
    if (role === undefined || this.#known(role, "-assignment", ROLE) || adopt.managerRole !== undefined) return;
    const held = (await this.#okta.rolesOfClient(app.clientId))?.find((one) => isRole(one, manager.adminRole));
    if (held === undefined) return;
    const about = { what: `the role ${held.type} of client ${app.clientId}`, why: "the app is this stack's" };
    if (ours) this.#adopt(role, "-assignment", ROLE, `${app.clientId}/${held.id}`, about);
    else
      this.#leave(
        { ...about, why: "the app was there before this stack" },
        `Set okta-anypoint:adopt.managerRole: ${held.id}.`,
      );
  }

  async inspectorSide(): Promise<void> {
    for (const generation of this.#settings.inspector.generations) await this.#inspector(generation);
  }

  async #inspector(generation: number): Promise<void> {
    const { adopt, inspector } = this.#settings;
    if (generation === 1 && adopt.inspectorApp !== undefined) return;
    const clientId = generationClientId(inspector.clientId, generation);
    const component = this.#component("InspectorApp", generationName("-inspector", generation));
    if (component === undefined || this.#known(component, "-app", APP)) return;
    const app = await this.#appOf(clientId);
    if (app === undefined) return;
    const about = this.#about(
      `the Inspector app ${shown(app)}`,
      app.created,
      component,
      `its client id ${clientId} is this stack's`,
    );
    const user = this.#resources.find(
      ({ type, outputs }) =>
        /:(Manual)?ClientProvider$/.test(type) && textOf(outputs, "inspectorClientId") === clientId,
    );
    const takeOver = `To keep it, set okta-anypoint:adopt.inspectorApp: ${app.id} and, as a secret, okta-anypoint:inspectorClientSecret.`;
    if (user !== undefined) {
      this.#leave({ ...about, why: `the client provider ${user.id ?? ""} uses it` }, takeOver);
    } else if (about.since === "yes")
      this.left.remove.push({ what: about.what, why: `${about.why}; nothing uses it yet`, app });
    else this.#leave(about, `Choose another okta-anypoint:inspector.clientId. ${takeOver}`);
  }

  async serverSide(): Promise<void> {
    const { authorizationServer: server, adopt, stack, probe, verification } = this.#settings;
    const component = this.#component("ApiAuthorizationServer");
    if (component === undefined || server === undefined) return;
    const serverId = server.create === undefined ? server.id : await this.#server(component, server.create);
    if (serverId === undefined) return;
    const own = server.create !== undefined;

    const names = [...server.scopes.map(({ name }) => name), ...(probe ? [verification.probeScope] : [])];
    const missing = names.filter(
      (name) => !this.#known(component, `-scope-${name}`, SCOPE) && !adopt.serverScopes[name],
    );
    const scopes = missing.length === 0 ? [] : await this.#okta.scopes(serverId);
    for (const { name, id } of scopes.filter((scope) => missing.includes(scope.name))) {
      const what = `the scope ${name} (${id}) of server ${serverId}`;
      if (own)
        this.#adopt(component, `-scope-${name}`, SCOPE, `${serverId}/${id}`, {
          what,
          why: "the server is this stack's",
        });
      else {
        this.#leave(
          { what, why: "Okta does not show when a scope was made, and the server is not this stack's" },
          `If an earlier run made it, delete it at Okta (Security, API, Authorization Servers, Scopes). To keep it, list it under okta-anypoint:authorizationServer.existingScopes.`,
        );
      }
    }
    if (server.allowClients === "unmanaged") return;
    let policyId = this.#known(component, "-policy", POLICY)?.id;
    if (policyId === undefined && adopt.accessPolicy === undefined) {
      const name = accessPolicyName(stack);
      const policy = (await this.#okta.policies(serverId)).find((one) => one.name === name);
      if (policy === undefined) return;
      const about = this.#about(
        `the access policy "${name}" (${policy.id}) of server ${serverId}`,
        policy.created,
        component,
        "its name is this stack's",
      );
      if (about.since !== "yes")
        return this.#leave(
          about,
          "Rename it or delete it at Okta: Security, API, Authorization Servers, Access Policies.",
        );
      this.#adopt(component, "-policy", POLICY, `${serverId}/${policy.id}`, about);
      policyId = policy.id;
    }
    if (policyId === undefined || adopt.accessPolicy !== undefined || this.#known(component, "-rule", RULE)) return;
    const rule = (await this.#okta.rules(serverId, policyId)).find(({ name }) => name === ACCESS_RULE_NAME);
    if (rule === undefined) return;
    const about = {
      what: `the rule "${rule.name}" (${rule.id}) of policy ${policyId}`,
      why: "the policy is this stack's",
    };
    this.#adopt(component, "-rule", RULE, `${serverId}/${policyId}/${rule.id}`, about);
  }

  /** Id of the server that the stack makes: known, or to be adopted. */
  async #server(component: StoredResource, create: { name?: string; audience: string }): Promise<string | undefined> {
    const known = this.#known(component, "-server", SERVER);
    const name = create.name ?? `mulesoft-${this.#settings.stack}`;
    const found = ((await this.#okta.servers()) ?? [])
      .filter((one) => one.name === name && !this.#isKnown(one.id))
      .map((one) => ({
        ...this.#about(
          `the authorization server "${name}" (${one.id})`,
          one.created ?? undefined,
          component,
          `its name and audience ${create.audience} are this stack's`,
        ),
        server: one,
        fits: one.audiences?.length === 1 && one.audiences[0] === create.audience,
      }))
      // Names are not unique, and one that was there before is somebody's.
      .filter(({ since, fits }) => since === "yes" && fits);
    const [only, another] = found;
    if (only === undefined) return known?.id;
    if (known === undefined && another === undefined) {
      this.#adopt(component, "-server", SERVER, only.server.id, only);
      return only.server.id;
    }
    for (const { what, why, server } of found) {
      if (known !== undefined && (await this.#isEmpty(server.id))) {
        // The plugin repeats a creation whose answer does not come, so there are two.
        this.left.remove.push({ what, why: `${why}; the state has ${known.id}, and this one is empty`, server });
        continue;
      }
      this.#leave(
        {
          what,
          why: `${why}, and ${known === undefined ? "there are several" : `the state has another one, ${known.id}`}`,
        },
        "Delete what nobody uses: Okta Admin Console, Security, API, Authorization Servers; then run this command again.",
      );
    }
    return known?.id;
  }

  /** Whether a server has no scope and no access policy but Okta's own. */
  async #isEmpty(serverId: string): Promise<boolean> {
    const own = (one: { readonly system?: boolean | null }) => one.system !== true;
    const [scopes, policies] = [await this.#okta.scopes(serverId), await this.#okta.policies(serverId)];
    return !scopes.some(own) && !policies.some(own);
  }

  /** A component by its type and the end of its name. */
  #component(type: string, end = ""): StoredResource | undefined {
    return this.#resources.find(
      (resource) => resource.type === `okta-anypoint:index:${type}` && nameOf(resource).endsWith(end),
    );
  }

  /** The resource of a component that has the object now; one that waits for its deletion does not count. */
  #known(component: StoredResource, suffix: string, type: string): { id: string; clientId: string } | undefined {
    const name = `${nameOf(component)}${suffix}`;
    const found = this.#resources.find((one) => one.type === type && !one.delete && nameOf(one) === name);
    return found?.id === undefined ? undefined : { id: found.id, clientId: textOf(found.outputs, "clientId") ?? "" };
  }

  #isKnown(id: string): boolean {
    return this.#resources.some((resource) => resource.id === id);
  }

  async #appOf(clientId: string): Promise<SeenApp | undefined> {
    const app = await this.#okta.appOfClient(clientId);
    return app === undefined || this.#isKnown(app.id) ? undefined : app;
  }

  /** Whether an object was made since the stack began, which is when the component was registered. */
  #about(what: string, created: string | undefined | null, component: StoredResource, name: string) {
    const [made, began] = [Date.parse(created ?? ""), Date.parse(component.created ?? "")];
    const unknown = Number.isNaN(made) || Number.isNaN(began);
    const since: "yes" | "no" | "unknown" = unknown ? "unknown" : made + CLOCKS_MS >= began ? "yes" : "no";
    const when = unknown
      ? "but when it was made, or when the stack began, is not known"
      : `${since === "yes" ? "and" : "but"} it was made at ${new Date(made).toISOString()}, ${since === "yes" ? "after" : "before"} the stack began (${new Date(began).toISOString()})`;
    return { what, since, why: `${name}, ${when}` };
  }

  #adopt(component: StoredResource, suffix: string, type: string, id: string, { what, why }: About): void {
    if (this.#provider === undefined) {
      return this.#leave(
        { what, why: "the state has no Okta provider" },
        "Run `pulumi up` once more, then this command.",
      );
    }
    const as = { type, name: `${nameOf(component)}${suffix}`, id, parent: component.urn, provider: this.#provider };
    this.left.adopt.push({ what, why, as });
  }

  #leave({ what, why }: About, whatToDo: string): void {
    this.left.alone.push({ what, why, whatToDo });
  }
}

const shown = ({ id, label }: SeenApp): string => `"${label}" (${id})`;

const isRole = (held: SeenRole, { type, role, resourceSet }: Settings["manager"]["adminRole"]): boolean =>
  held.type === type &&
  (type !== "CUSTOM" || (held.role === role && (held["resource-set"] ?? held.resourceSet) === resourceSet));
