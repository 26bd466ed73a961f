/**
 * What the first `up` after an upgrade changes of a stack of an earlier release, by the names of its resources. Anything else in such a
 * preview fails the test. A change that gives records of earlier stacks something new, or makes a new record in each, adds a line here.
 */
export interface ExpectedChange {
  /** The last release whose stacks are without it; those of earlier ones are too. */
  readonly upTo: string;
  /** The first release whose stacks have what is updated; default the oldest. */
  readonly since?: string;
  readonly create?: readonly string[];
  readonly update?: readonly string[];
}

/** Folders of the fixtures, oldest first. Until there is a tag, a release is the version with a commit. */
export const RELEASES = ["0.1.0-ba9a29f", "0.1.0-dfa749c"] as const;

const EXPECTED: readonly ExpectedChange[] = [
  { upTo: "0.1.0-ba9a29f", create: ["okta-anypoint-preflight"] },
  // It notes down the org, the protection, and the Inspector's client id.
  { upTo: "0.1.0-dfa749c", since: "0.1.0-dfa749c", update: ["okta-anypoint-preflight"] },
  { upTo: "0.1.0-dfa749c", create: ["okta-anypoint-teardown-guard"] },
];

/** Changes of a stack of a release, as `operation name`, in the order of the alphabet. */
export function expectedChanges(release: string): string[] {
  const place = (one: string) => RELEASES.findIndex((name) => name === one);
  return EXPECTED.filter(
    ({ upTo, since = RELEASES[0] }) => place(since) <= place(release) && place(release) <= place(upTo),
  )
    .flatMap(({ create = [], update = [] }) => [
      ...create.map((name) => `create ${name}`),
      ...update.map((name) => `update ${name}`),
    ])
    .sort();
}
