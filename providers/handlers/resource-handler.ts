/**
 * From the functions that know Anypoint to the interface of Pulumi's dynamic providers: check, diff, create, read, update,
 * delete. What differs between resources is in their definition.
 */
import type { dynamic } from "@pulumi/pulumi";
import { HalfCreated, HalfUpdated } from "../anypoint/creation.ts";
import { AnypointError } from "../anypoint/errors.ts";
import { OktaError } from "../okta/errors.ts";
import { printable } from "../vendor-text.ts";
import { PROVIDER_KEY } from "../stored-code.ts";
import {
  type Failure,
  type Properties,
  type Shape,
  checkShape,
  plain,
  sameValue,
  withoutProvider,
} from "./properties.ts";
import { isUnknown, knownOf } from "./unknowns.ts";

/** What one resource is: its inputs, when it is replaced, and its five operations. `C` is what they work with. */
export interface Definition<C, Inputs extends object, State extends Inputs> {
  /** Inputs with their checks and defaults. */
  readonly shape: Shape;
  /** Inputs whose change replaces the resource. */
  readonly replaceOn: readonly string[];
  /** Whether the old one goes before the new one is made, given the inputs that differ. Default no. */
  readonly deleteBeforeReplace?: (changed: ReadonlySet<string>) => boolean;
  /** Inputs that are outputs too when they are not given. The state notes which were. */
  readonly alsoOutputs?: readonly string[];
  /** Equality of an input with the state, where it is not that of JSON values. */
  readonly same?: Readonly<Record<string, (asked: unknown, state: Properties, key: string) => boolean>>;
  /** Inputs that are no change, given or not, where only all of them together tell. */
  readonly unchanged?: (news: Properties, state: Properties) => readonly string[];
  /**
   * Inputs that may name what the state has by a name which the state does not know: they are then an update, which notes the
   * name, and no replacement. Asked only when one of them differs.
   */
  readonly renamed?: {
    readonly inputs: readonly string[];
    readonly same: (context: C, news: Properties, state: Properties) => Promise<boolean>;
  };
  /** Inputs of `replaceOn` whose change is made in place after all, given the state. */
  readonly inPlace?: (news: Properties, state: Properties) => readonly string[];
  /** Throws where the state is one that the inputs must not be laid over. */
  readonly guard?: (news: Properties, state: Properties) => void;
  /** Inputs for whose sake the resource is replaced although they did not change, given the state. */
  readonly replaceAnyway?: (state: State) => readonly string[];
  /** Rules between inputs; a property that is not known yet is not in `known` but in `has`. */
  readonly rules?: (known: Partial<Inputs>, has: (property: keyof Inputs) => boolean) => Failure[];
  /** Fills in what follows from other inputs, all of them known. */
  readonly fill?: (inputs: Properties) => Properties;
  /** Checks that need the network, made only when inputs differ from those of the last `up`. */
  readonly verify?: (context: C, known: Partial<Inputs>, olds: Partial<Inputs>) => Promise<Failure[]>;
  /** Whether the state itself asks for an update although no input changed. */
  readonly unsettled?: (state: State, inputs: Inputs) => boolean;

  /** Whether the operations do without their context, which is then undefined. Default no. */
  readonly offline?: boolean;

  readonly create: (context: C, inputs: Inputs) => Promise<{ id: string; state: State }>;
  /** Undefined: it is gone. */
  readonly read: (context: C, id: string, state: State) => Promise<State | undefined>;
  readonly update: (context: C, id: string, state: State, inputs: Inputs) => Promise<State>;
  readonly remove: (context: C, id: string, state: State) => Promise<void>;
}

/** A definition whose types are forgotten, as the host's property bags have none. */
export type AnyDefinition<C> = Definition<C, object, object>;

/** Forgets the types of a definition: its functions get what `check` let pass, or what they returned themselves. */
export const define = <C, Inputs extends object, State extends Inputs>(
  definition: Definition<C, Inputs, State>,
): AnyDefinition<C> => definition as unknown as AnyDefinition<C>;

/** Name of the note in the state: which of `alsoOutputs` were given as inputs. */
const GIVEN = "given";

export type Operations = Required<
  Pick<dynamic.ResourceProvider<Properties, Properties>, "check" | "diff" | "create" | "read" | "update" | "delete">
>;

/** The operations of one resource as the host calls them. `connect` is called only when an operation goes beyond its inputs. */
export function operations<C>(definition: AnyDefinition<C>, connect: () => C): Operations {
  const { shape, alsoOutputs = [], offline = false } = definition;
  const contextOf = (): C => (offline ? (undefined as C) : connect());

  const inputsOf = (bag: Properties): Properties =>
    Object.fromEntries(Object.keys(shape).flatMap((key) => (bag[key] == null ? [] : [[key, bag[key]]])));

  /** What the state says of the inputs it was made from. */
  const inputsOfState = (state: Properties): Properties => {
    const given = (state[GIVEN] ?? []) as readonly string[];
    const isInput = ([key]: [string, unknown]) => !alsoOutputs.includes(key) || given.includes(key);
    return Object.fromEntries(Object.entries(inputsOf(state)).filter(isInput));
  };

  const noted = (state: object, inputs: Properties): Properties =>
    plain({
      ...state,
      ...(alsoOutputs.length > 0 && { [GIVEN]: alsoOutputs.filter((key) => inputs[key] != null) }),
    });

  const stateOf = (bag: Properties): object => withoutProvider(bag);

  return {
    async check(olds, news) {
      const { inputs, failures } = checkShape(shape, news, isUnknown);
      const known = knownOf(inputs);
      if (failures.length === 0)
        failures.push(...(definition.rules?.(known, (key) => inputs[key] !== undefined) ?? []));
      const filled = failures.length === 0 ? (definition.fill?.(inputs) ?? inputs) : inputs;
      const former = inputsOf(olds);
      if (failures.length === 0 && !sameValue(former, inputsOf(filled))) {
        try {
          // What diff is going to ask is asked here first, where an error can be a failure.
          const { renamed } = definition;
          const differs = (key: string) => !sameValue(former[key], filled[key]);
          if (renamed !== undefined && Object.keys(former).length > 0 && renamed.inputs.some(differs))
            await renamed.same(contextOf(), filled, olds);
          failures.push(...((await definition.verify?.(contextOf(), knownOf(filled), former)) ?? []));
        } catch (error) {
          // Thrown, it would be printed by the host and by the engine (measured).
          if (!(error instanceof AnypointError || error instanceof OktaError)) throw error;
          return { inputs: plain(filled), failures: [{ property: "", reason: error.message }] };
        }
      }
      return { inputs: plain(filled), failures: failures.map(unnamed) };
    },

    async diff(_id, olds, news) {
      definition.guard?.(news, olds);
      const former = inputsOfState(olds);
      const unchanged = definition.unchanged?.(news, olds) ?? [];
      const differs = (key: string): boolean => {
        const [asked, was] = [news[key] ?? undefined, former[key]];
        if ((asked === undefined && was === undefined) || unchanged.includes(key)) return false;
        return definition.same?.[key] !== undefined && asked !== undefined
          ? !definition.same[key](asked, olds, key)
          : !sameValue(asked, was);
      };
      const changed = new Set(Object.keys(shape).filter(differs));
      const { renamed } = definition;
      const moved = new Set(changed);
      if (renamed?.inputs.some((key) => moved.has(key)) && (await renamed.same(contextOf(), news, olds)))
        renamed.inputs.forEach((key) => moved.delete(key));
      definition.inPlace?.(news, olds).forEach((key) => moved.delete(key));
      // What is unknown may turn out to be what it was, so it never replaces.
      const replaces = [
        ...definition.replaceOn.filter((key) => moved.has(key) && !isUnknown(news[key])),
        ...(definition.replaceAnyway?.(stateOf(olds)) ?? []),
      ];
      const unsettled = definition.unsettled?.(stateOf(olds), news) ?? false;
      return {
        changes: changed.size > 0 || replaces.length > 0 || unsettled,
        replaces,
        deleteBeforeReplace: replaces.length > 0 && (definition.deleteBeforeReplace?.(moved) ?? false),
      };
    },

    async create(bag) {
      const inputs = inputsOf(bag);
      try {
        const { id, state } = await definition.create(contextOf(), inputs);
        return { id, outs: noted(state, inputs) };
      } catch (error) {
        if (!(error instanceof HalfCreated)) throw error;
        throw notWell(error.id, error, { ...noted(error.state, inputs), [PROVIDER_KEY]: bag[PROVIDER_KEY] });
      }
    },

    async read(id, bag = {}) {
      const state = await definition.read(contextOf(), id, stateOf(bag));
      // An answer without id is taken by the engine as "gone" (measured).
      if (state === undefined) return {};
      const props = plain(state);
      return { id, props, inputs: inputsOfState(props) };
    },

    async update(id, olds, news) {
      const inputs = inputsOf(news);
      try {
        const state = await definition.update(contextOf(), id, stateOf(olds), inputs);
        return { outs: noted(state, inputs) };
      } catch (error) {
        if (!(error instanceof HalfUpdated)) throw error;
        throw notWell(id, error, { ...noted(error.state, inputs), [PROVIDER_KEY]: news[PROVIDER_KEY] });
      }
    },

    async delete(id, bag) {
      await definition.remove(contextOf(), id, stateOf(bag));
    },
  };
}

/** Characters of a failure's reason, which can be the preflight's whole list. */
const LONGEST_FAILURE = 20_000;

/**
 * A failure that names its property in the reason alone: of a named property the engine prints the value too, a secret's in
 * clear (measured).
 */
const unnamed = ({ property, reason }: Failure): Failure => ({
  property: "",
  reason: printable(property === "" ? reason : `${property}: ${reason}`, LONGEST_FAILURE),
});

/**
 * What the host takes as "made, or changed, but not well": id and properties go into the state, the reasons to the user, and the
 * next `up` updates the resource even if no input changed.
 */
function notWell(id: string, { message }: Error, properties: Properties): Error {
  return Object.assign(new Error(message), { id, properties, reasons: [message] });
}
