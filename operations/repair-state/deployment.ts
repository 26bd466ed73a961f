/** A stack's exported state as the engine writes it, its secrets encrypted: what is read of it, and resources taken out of it. */

/** A resource of the state, as far as it is looked at; the rest goes along as it is. */
export interface StoredResource {
  readonly urn: string;
  readonly type: string;
  /** Id at the provider; undefined for components. */
  readonly id?: string;
  /** It was replaced, and is yet to be deleted. */
  readonly delete?: boolean;
  /** When the engine registered it, ISO 8601. */
  readonly created?: string;
  readonly provider?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[]>>;
  readonly deletedWith?: string;
  readonly replaceWith?: readonly string[];
}

export interface ExportedState {
  readonly version: number;
  readonly deployment: { readonly resources?: readonly StoredResource[] } | null;
}

export const storedResources = ({ deployment }: ExportedState): readonly StoredResource[] =>
  deployment?.resources ?? [];

/** Name in the program: the last part of the URN. */
export const nameOf = ({ urn }: Pick<StoredResource, "urn">): string => urn.slice(urn.lastIndexOf("::") + 2);

/** A property that is a text and no secret. */
export function textOf(properties: Readonly<Record<string, unknown>> | undefined, name: string): string | undefined {
  const value = properties?.[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/**
 * The state without some of its resources. What else refers to them forgets them; a resource and one of the same URN that is yet
 * to be deleted are told apart, so that the one may go while the other stays.
 */
export function without(state: ExportedState, gone: ReadonlySet<StoredResource>): ExportedState {
  const kept = storedResources(state).filter((resource) => !gone.has(resource));
  const urns = new Set(kept.map(({ urn }) => urn));
  const there = (list: readonly string[]) => list.filter((urn) => urns.has(urn));
  const resources = kept.map(({ dependencies, propertyDependencies, deletedWith, replaceWith, ...rest }) => ({
    ...rest,
    ...(dependencies && { dependencies: there(dependencies) }),
    ...(propertyDependencies && {
      propertyDependencies: Object.fromEntries(
        Object.entries(propertyDependencies).map(([property, list]) => [property, there(list ?? [])]),
      ),
    }),
    ...(deletedWith !== undefined && urns.has(deletedWith) && { deletedWith }),
    ...(replaceWith && { replaceWith: there(replaceWith) }),
  }));
  return { ...state, deployment: { ...state.deployment, resources } };
}
