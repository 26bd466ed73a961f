/** Pins the protocol between the SDK, its dynamic-provider host and the line that is stored with each resource. */
import { describe, expect, test } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { UNKNOWN } from "../../providers/handlers/unknowns.ts";
import { HANDLER_NAMES, PROVIDER_KEY, storedCode } from "../../providers/stored-code.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const sdk = createRequire(import.meta.url);
const host = readFileSync(sdk.resolve("@pulumi/pulumi/cmd/dynamic-provider/index.js"), "utf8");

test.each(HANDLER_NAMES)("the line of %s is at most 200 bytes", (name) => {
  expect(Buffer.byteLength(storedCode(name))).toBeLessThanOrEqual(200);
});

test("the lines are what earlier states hold: a change needs handlers for both", () => {
  expect(storedCode("ClientProvider")).toBe(
    'exports.handler=()=>require("node:module").createRequire(process.cwd()+"/x.js")("okta-anypoint/providers").handler("ClientProvider")',
  );
  expect(HANDLER_NAMES).toEqual([
    "ClientProvider",
    "EnvironmentAssignment",
    "ApiInstance",
    "ApiPolicy",
    "ClientApplication",
    "Contract",
    "SigningKey",
    "Preflight",
    "ManualClientProvider",
    "TeardownGuard",
  ]);
});

describe("the SDK's host", () => {
  test.each([
    ["reads the code from our key", `const providerKey = "${PROVIDER_KEY}"`],
    ["runs it as a module and calls its handler", "requireFromString(providerString).handler()"],
    ["caches by the text, so one line is one provider", "providerCache[providerString] = provider"],
    ["configures once, with the stack's configuration", "await provider.configure(req)"],
    ["takes an answer without an id as gone", "resp.setId(result.id)"],
    [
      "keeps the state of a half-failed create",
      "detail.setProperties(structproto.Struct.fromJavaScript(e.properties || {}))",
    ],
    ["passes secrets in clear", "resp.setAcceptsecrets(false)"],
  ])("%s", (_what, text) => {
    expect(host).toContain(text);
  });

  test("writes unknown values as our sentinel", () => {
    const { unknownValue } = sdk("@pulumi/pulumi/runtime/rpc.js") as { unknownValue: string };
    expect(UNKNOWN).toBe(unknownValue);
  });
});

test("the line loads the handler by require, from any folder below a package that has it", () => {
  const script = `
    const load = require("require-from-string");
    const handlers = ${JSON.stringify(HANDLER_NAMES.map(storedCode))}.map((code) => load(code).handler());
    console.log(handlers.map((handler) => Object.keys(handler).sort().join()).join("\\n"));`;
  // Under node itself, as in the host: require(esm), without the test runner's module loader.
  const output = execFileSync(process.execPath, ["--no-warnings", "-e", script], {
    cwd: join(ROOT, "tests", "providers"),
    encoding: "utf8",
  });
  expect(output.trim().split("\n")).toEqual(HANDLER_NAMES.map(() => "check,configure,create,delete,diff,read,update"));
});
