/** What the engine does with the handlers, for tests of what fails half-way: states kept, half-made ones updated, deletes in reverse. */
import { handler } from "../../providers/index.ts";
import { type HandlerName, PROVIDER_KEY, storedCode } from "../../providers/stored-code.ts";
import { CONNECTED_APP, type World } from "./anypoint/world.ts";

type Properties = Record<string, unknown>;

interface Stored {
  readonly id: string;
  readonly inputs: Properties;
  readonly outs: Properties;
  /** Made, but not well: the next `up` updates it whatever its inputs. */
  readonly half: boolean;
}

/** A resource whose inputs may come from the outputs of those before it. */
export interface Planned {
  readonly name: HandlerName;
  readonly inputs: (outs: (name: HandlerName) => Properties) => object;
}

/** What a handler throws for an object that is there, but not as it should be. */
interface Half extends Error {
  readonly id?: string;
  readonly properties?: Properties;
}

export class SmallEngine {
  readonly #states = new Map<HandlerName, Stored>();

  /** Hands the handlers the connection of a world. */
  async configure(world: World, names: readonly HandlerName[]): Promise<void> {
    const config: Record<string, string> = {
      "anypoint:host": world.url,
      "anypoint:clientId": CONNECTED_APP.clientId,
      "anypoint:clientSecret": CONNECTED_APP.clientSecret,
    };
    const get = (key: string): string | undefined => config[key];
    for (const name of names) await handler(name).configure({ config: { get, require: (key) => get(key) ?? "" } });
  }

  /** Brings every resource up, in order. Stops at the first failure, which it gives back; what was made stays in the state. */
  async up(plan: readonly Planned[]): Promise<Error | undefined> {
    for (const { name, inputs } of plan) {
      const bag = plain({
        ...inputs((other) => this.#states.get(other)?.outs ?? {}),
        [PROVIDER_KEY]: storedCode(name),
      });
      try {
        await this.#bring(name, bag);
      } catch (error) {
        return error as Error;
      }
    }
    return undefined;
  }

  async #bring(name: HandlerName, bag: Properties): Promise<void> {
    const former = this.#states.get(name);
    const checked = await handler(name).check(former?.inputs ?? {}, bag);
    if ((checked.failures ?? []).length > 0) throw new Error(checked.failures?.map(({ reason }) => reason).join("; "));
    const inputs = { ...checked.inputs, [PROVIDER_KEY]: bag[PROVIDER_KEY] };
    const keep = (id: string, outs: Properties, half: boolean) =>
      this.#states.set(name, { id, inputs, outs: { ...outs, [PROVIDER_KEY]: bag[PROVIDER_KEY] }, half });
    try {
      if (former === undefined) {
        const { id, outs = {} } = await handler(name).create(inputs);
        keep(id, outs, false);
        return;
      }
      const { changes, replaces = [] } = await handler(name).diff(former.id, former.outs, inputs);
      if (replaces.length > 0) throw new Error(`${name} would be replaced for ${replaces.join(", ")}`);
      if (changes !== true && !former.half) return;
      const { outs = {} } = await handler(name).update(former.id, former.outs, inputs);
      keep(former.id, outs, false);
    } catch (error) {
      const { id = former?.id, properties } = error as Half;
      if (id !== undefined && properties !== undefined) keep(id, properties, true);
      throw error;
    }
  }

  /** Deletes everything, the newest first. Stops at the first failure, which it gives back. */
  async destroy(plan: readonly Planned[]): Promise<Error | undefined> {
    for (const { name } of plan.toReversed()) {
      const stored = this.#states.get(name);
      if (stored === undefined) continue;
      try {
        await handler(name).delete(stored.id, stored.outs);
      } catch (error) {
        return error as Error;
      }
      this.#states.delete(name);
    }
    return undefined;
  }
}

const plain = (properties: object): Properties => JSON.parse(JSON.stringify(properties)) as Properties;
