/** Okta numbers the policies of a server, and the rules of a policy, 1, 2, 3, … without gaps (confirmed: recordings). */

interface Prioritized {
  id: string;
  priority: number;
}

const ordered = <T extends Prioritized>(siblings: readonly T[]): T[] =>
  [...siblings].sort((a, b) => a.priority - b.priority);

/** Puts an item at a priority among its siblings and renumbers them all; without one it goes last. */
export function place<T extends Prioritized>(item: T, siblings: readonly T[], priority: number | undefined): void {
  const others = ordered(siblings.filter(({ id }) => id !== item.id));
  const index = Math.min(Math.max((priority ?? others.length + 1) - 1, 0), others.length);
  others.splice(index, 0, item);
  renumber(others);
}

/** Closes the gaps that a removed item left. */
export const closeGaps = (siblings: readonly Prioritized[]): void => renumber(ordered(siblings));

function renumber(items: readonly Prioritized[]): void {
  items.forEach((item, index) => {
    item.priority = index + 1;
  });
}
