/** The stand-in sends what is written in golden-requests.ts, for each operation of each type and for each function, by both logins. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { oktaPlugin } from "../../../../sandbox/plugins/okta/provider.ts";
import { type FakeOkta, startFakeOkta } from "../fake-okta.ts";
import { type RunningPlugin, startPlugin } from "../plugin-client.ts";
import { GOLDEN, GOLDEN_CONFIGURE, GOLDEN_FUNCTIONS, GOLDEN_TOKEN } from "./golden-requests.ts";
import { type LoginName, configurationOf } from "./logins.ts";

let okta: FakeOkta;
let plugin: RunningPlugin;
let read: number;
/** SDKs that have asked for a token. */
let loggedIn: Set<string>;

beforeEach(async () => {
  okta = await startFakeOkta();
  plugin = await startPlugin(oktaPlugin);
  read = 0;
  loggedIn = new Set();
});

afterEach(async () => {
  plugin.close();
  await okta.close();
});

/** Ids as placeholders; those of the fake org, and those that stand in the inputs. */
const PLACEHOLDERS: [RegExp, string][] = [
  [/\b0oa(\d+|X)\b/g, "{app}"],
  [/\baus(\d+|X)\b/g, "{server}"],
  [/\b00pX\b/g, "{policy}"],
  [/\brst(Default|Own)\b/g, "{accessPolicy}"],
  [/\bobj\d+\b/g, "{id}"],
];

/** The requests since the last call, in the words of the lists. */
function sent(): string[] {
  const news = okta.requests.slice(read);
  read = okta.requests.length;
  return news.map(({ line, headers, body }) => {
    const sdk = /sdk\/(\w+)$/.exec(headers["user-agent"] ?? "")?.[1];
    const path = PLACEHOLDERS.reduce((text, [id, name]) => text.replaceAll(id, name), line);
    const keys = Object.keys(body as object).sort();
    return `${sdk} ${path}${keys.length > 0 ? ` {${keys.join(",")}}` : ""}`;
  });
}

/** The lines of a list for a login, with what each SDK asks before its first. */
function expected(list: string, login: LoginName): string[] {
  const lines = list
    .trim()
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .filter((line) => login === "apiToken" || !line.endsWith("| API token"))
    .map((line) => line.replace(/\s*\| API token$/, ""));
  if (login === "apiToken") return lines;
  return lines.flatMap((line) => {
    const sdk = line.split(" ")[0] ?? "";
    if (loggedIn.has(sdk)) return [line];
    loggedIn.add(sdk);
    return [`${sdk} ${GOLDEN_TOKEN}`, line];
  });
}

describe.each<LoginName>(["apiToken", "privateKey"])("login by %s", (login) => {
  beforeEach(async () => {
    await plugin.configure(configurationOf(login, okta.url));
    expect(sent()).toEqual(expected(GOLDEN_CONFIGURE, login));
  });

  test.each(Object.entries(GOLDEN))("%s", async (_, golden) => {
    const resource = plugin.resource(golden.token);
    const { inputs, failures } = await resource.check(golden.inputs);
    expect(failures).toEqual([]);
    const created = await resource.create(inputs);
    expect(["create", ...sent()]).toEqual(["create", ...expected(golden.create, login)]);

    const refreshed = await resource.read(created.id, created.outputs, inputs);
    expect(["refresh", ...sent()]).toEqual(["refresh", ...expected(golden.refresh, login)]);
    expect(refreshed.id).toBe(created.id);

    const imported = await resource.read(golden.importId(created.id));
    expect(["import", ...sent()]).toEqual(["import", ...expected(golden.import, login)]);
    expect(imported.id).toBe(created.id);

    let state = refreshed.outputs;
    if (golden.update !== undefined) {
      state = await resource.update(created.id, state, { ...inputs, ...golden.change });
      expect(["update", ...sent()]).toEqual(["update", ...expected(golden.update, login)]);
    }
    await resource.delete(created.id, state);
    expect(["delete", ...sent()]).toEqual(["delete", ...expected(golden.delete, login)]);
  });

  test.each(Object.entries(GOLDEN_FUNCTIONS))("%s", async (token, { args, requests }) => {
    okta.objects.set("/api/v1/authorizationServers/aus1", {
      id: "aus1",
      name: "mulesoft",
      audiences: [],
      status: "ACTIVE",
    });
    await plugin.invoke(token, args);
    expect(sent()).toEqual(expected(requests, login));
  });
});

test("docs/sandbox.md says how many lists there are", async () => {
  const lists = Object.values(GOLDEN).flatMap((one) => [one.create, one.refresh, one.import, one.update, one.delete]);
  const count = lists.filter((list) => list !== undefined).length + Object.keys(GOLDEN_FUNCTIONS).length;
  const doc = await readFile(join(import.meta.dirname, "../../../../docs/sandbox.md"), "utf8");
  expect(doc).toContain(`${count} lists`);
});

test("every type and function that the stand-in serves has its lists", () => {
  const types = new Set(Object.values(GOLDEN).map(({ token }) => token));
  expect(new Set(oktaPlugin.resources.map(({ token }) => token))).toEqual(types);
  expect(oktaPlugin.functions.map(({ token }) => token)).toEqual(Object.keys(GOLDEN_FUNCTIONS));
});
