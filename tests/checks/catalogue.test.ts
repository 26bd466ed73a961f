import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { CATALOGUE, catalogueTable } from "../../checks/catalogue.ts";
import { FAULTS } from "../engine/fault-table.ts";

test("docs/doctor.md has the table of the catalogue", async () => {
  const text = await readFile(join(import.meta.dirname, "..", "..", "docs", "doctor.md"), "utf8");
  expect(text).toContain(`\n${catalogueTable()}\n`);
});

test("each code of the catalogue is that of a fault which the sandbox can have", () => {
  const named = Object.entries(CATALOGUE).flatMap(([check, { codes }]) =>
    Object.keys(codes).map((code) => `${check} ${code}`),
  );
  const seen = new Set(FAULTS.flatMap(({ doctor }) => doctor));
  expect(named.filter((one) => !seen.has(one))).toEqual([]);
});
