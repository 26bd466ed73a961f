import { describe, expect, test } from "@jest/globals";
import { isAtLeast, parseVersion } from "../../scripts/setup/version.mjs";

describe("versions", () => {
  test.each([
    ["3.259.0", "3.259.0", true],
    ["3.259.1", "3.259.0", true],
    ["3.260.0", "3.259.9", true],
    ["v4.0.0", "3.259.0", true],
    ["3.258.99", "3.259.0", false],
    ["3.99.0", "3.259.0", false],
    ["3.259.0-alpha.1", "3.259.0", false],
    ["3.260.0-alpha.1", "3.259.0", true],
    ["22.9.0", "22.18.0", false],
    ["go version go1.26.8 linux/amd64", "1.25.11", true],
    ["no version", "1.0.0", false],
  ])("%s at least %s: %s", (version, minimum, expected) => {
    expect(isAtLeast(version, minimum)).toBe(expected);
  });

  test("the text of a version has neither its v nor what follows", () => {
    expect(parseVersion("v3.259.0\n")?.text).toBe("3.259.0");
    expect(parseVersion("3.260.0-dev.0+abc")?.text).toBe("3.260.0-dev.0");
    expect(parseVersion("warning: none")).toBeUndefined();
  });
});
