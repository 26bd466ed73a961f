/** Which client counts as left behind, for any mix of what the four sides know. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type Facts, leftovers } from "../../../operations/orphans/leftovers.ts";
import { renderLeftovers } from "../../../operations/orphans/report.ts";

const IDS = ["0oa1", "0oa2", "0oa3", "0oa4"];
const id = fc.constantFrom(...IDS);
const label = fc.constantFrom("orders-dev", "probe-dev", "elsewhere");

const app = fc.record({ id, label, status: fc.constant("ACTIVE"), registered: fc.boolean() });
const application = fc.record(
  { applicationId: fc.constantFrom("1", "2", "3"), name: label, clientId: id },
  { requiredKeys: ["applicationId", "name"] },
);
const facts: fc.Arbitrary<Facts> = fc.record({
  applications: fc.uniqueArray(application, { selector: ({ applicationId }) => applicationId, maxLength: 3 }),
  ofState: fc.uniqueArray(
    fc.tuple(application, fc.boolean()).map(([one, there]) => ({ ...one, there })),
    { selector: ({ applicationId }) => applicationId, maxLength: 3 },
  ),
  named: fc.array(id, { maxLength: 3 }),
  names: fc.uniqueArray(label, { maxLength: 2 }),
  apps: fc.uniqueArray(app, { selector: ({ id: one }) => one, maxLength: 4 }),
  untouchable: fc.uniqueArray(id, { maxLength: 2 }).map((all) => new Set(all)),
});

describe("a client that is left behind", () => {
  test("is none that an application has, or may have, none of the stack's own, and none that Anypoint can't have registered", () => {
    fc.assert(
      fc.property(facts, (known) => {
        const used = [...known.applications, ...known.ofState.filter(({ there }) => there)].map((one) => one.clientId);
        const unshown = known.applications.filter(({ clientId }) => clientId === undefined).map(({ name }) => name);
        for (const { app: one } of leftovers(known).clients) {
          expect(used).not.toContain(one.id);
          expect(unshown).not.toContain(one.label);
          expect(known.untouchable.has(one.id)).toBe(false);
          expect(one.registered).toBe(true);
          expect(known.apps).toContain(one);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("is certain only where the state or the command line names it; else it has one of the names", () => {
    fc.assert(
      fc.property(facts, (known) => {
        const gone = known.ofState.filter(({ there }) => !there).map(({ clientId }) => clientId);
        for (const { app: one, certain } of leftovers(known).clients) {
          expect(certain).toBe(gone.includes(one.id) || known.named.includes(one.id));
          if (!certain) expect(known.names).toContain(one.label);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("each client that was named is either left behind or refused with a reason, once", () => {
    fc.assert(
      fc.property(facts, (known) => {
        const { clients, refused } = leftovers(known);
        for (const one of new Set(known.named)) {
          const left = clients.filter(({ app: { id: other } }) => other === one).length;
          const not = refused.filter(({ clientId }) => clientId === one);
          expect(left + not.length).toBe(1);
          for (const { why } of not) expect(why).not.toBe("");
        }
        expect(refused.every(({ clientId }) => known.named.includes(clientId))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

test("the report offers a command for guesses alone, and names each thing once", () => {
  const base = { label: "orders-dev", status: "ACTIVE", registered: true, created: "2026-01-02T03:04:05.000Z" };
  const found = leftovers({
    applications: [{ applicationId: "7", name: "probe-dev", clientId: "0oa3" }],
    ofState: [{ applicationId: "8", name: "orders-dev", clientId: "0oa1", there: false }],
    named: ["0oa3", "0oa9"],
    names: ["orders-dev", "probe-dev"],
    apps: ["0oa1", "0oa2", "0oa3"].map((one) => ({ ...base, id: one, clientId: one })),
    untouchable: new Set(),
  });
  expect(renderLeftovers(found, { stackName: "dev", orgUrl: "https://acme.okta.com" })).toBe(
    [
      "Clients left behind in Okta (https://acme.okta.com):",
      '  0oa1 "orders-dev", made 2026-01-02: certain, the state has it as the client of "orders-dev", which is gone in Anypoint',
      '  0oa2 "orders-dev", made 2026-01-02: a guess, has the name of an application of this stack; no application in Anypoint has it',
      "A guess is not deleted by --remove: no application of this Anypoint organization that this login sees has such a client, but another",
      "organization may. Name those that are yours:",
      "  npm run orphans -- --stack dev --client-id 0oa2 --remove",
      "Applications in Anypoint with a name of this stack, which its state does not have (delete them in Exchange, My applications):",
      '  7 "probe-dev", client 0oa3 in Okta',
      '0oa3 is left alone: application "probe-dev" (7) in Anypoint has it.',
      "0oa9 is left alone: Okta has no such client (any more).",
      "",
    ].join("\n"),
  );
});

test("the client of an adopted application that is gone is a guess: the stack did not have it made", () => {
  const one = { applicationId: "1", name: "orders-dev", clientId: "0oa1", there: false };
  const client = { id: "0oa1", label: "orders-dev", status: "ACTIVE", registered: true };
  const rest = { applications: [], named: [], names: ["orders-dev"], apps: [client], untouchable: new Set<string>() };
  const certain = (adopted: boolean) =>
    leftovers({ ...rest, ofState: [{ ...one, adopted }] }).clients.map((left) => left.certain);
  expect(certain(true)).toEqual([false]);
  expect(certain(false)).toEqual([true]);
});
