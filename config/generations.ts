/**
 * Generations of App A and App B. A key or a secret is rotated by a second app beside the first, never by a second key on one app:
 * Anypoint's form has no `kid`, and Okta refuses an assertion without one as soon as an app has two keys (confirmed: Okta's SDK issues).
 * The first generation has the names as configured, later ones the same with their number.
 */

export interface Generations {
  /** Numbers of the generations that there are; default the first alone. One taken out is deleted. */
  readonly generations?: readonly number[];
  /** The one that Anypoint uses. Default the only one. */
  readonly active?: number;
}

/** The active generation's number; undefined where it can't be told. */
export const activeOf = ({ generations = [1], active }: Generations): number | undefined =>
  active ?? (generations.length === 1 ? generations[0] : undefined);

/** Label of an app of a generation. */
export const generationLabel = (label: string, generation: number): string =>
  generation === 1 ? label : `${label} ${generation}`;

/** Client id of an app of a generation: the default one ends with the number, a configured one is that of the first. */
export const generationClientId = (base: string, generation: number): string =>
  generation === 1 ? base : `${base.replace(/-1$/, "")}-${generation}`;

/** Name in the program: that of the first is as it was before there were generations. */
export const generationName = (name: string, generation: number): string =>
  generation === 1 ? name : `${name}-${generation}`;
