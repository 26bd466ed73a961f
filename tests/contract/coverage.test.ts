import { expect, test } from "@jest/globals";
import { coverageText, written } from "./coverage.ts";
import { specsPresent } from "./descriptions.ts";

// Whether the operations are those that the suites call is looked at when all have run: whole.ts.
(specsPresent ? test : test.skip)(
  "docs/sandbox.md says what the descriptions cover; to write it: node tests/contract/whole.ts --write",
  async () => {
    const { text, called } = written();
    expect(called.size).toBeGreaterThan(40);
    expect(text).toBe(await coverageText(called));
  },
);
