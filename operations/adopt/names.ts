/** Names for the entries of a list in the configuration: those that it has already, else free ones. */

type Row = Record<string, unknown>;

export class Names {
  readonly #known = new Map<string, string>();
  readonly #used = new Set<string>();

  /** `identity` says which object an entry of today's list is about. */
  constructor(list: unknown, identity: (row: Row) => string | undefined) {
    for (const row of Array.isArray(list) ? (list as Row[]) : []) {
      const name = String(row.name);
      this.#used.add(name);
      const id = identity(row);
      if (id !== undefined) this.#known.set(id, name);
    }
  }

  /** The entry's name for an object, or one made of `wish`; `distinction` is appended where that is taken. */
  of(id: string, wish: string, distinction: string): string {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    // Names become a part of Pulumi's resource names.
    const plain = wish.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[^A-Za-z0-9]+|-+$/g, "") || `n-${distinction}`;
    const name = this.#used.has(plain) ? `${plain}-${distinction}` : plain;
    this.#used.add(name);
    this.#known.set(id, name);
    return name;
  }
}
