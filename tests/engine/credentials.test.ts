/** The stack's own logins are exchanged while it is up: what works with the new ones, and what the old ones, revoked, say. */
import { afterEach, expect, jest, test } from "@jest/globals";
import { calculateJwkThumbprint, exportJWK, exportPKCS8, generateKeyPair } from "jose";
import { type Bench, recorded, startBench } from "./harness.ts";

jest.setTimeout(120_000);

let bench: Bench;
const variables: string[] = [];
afterEach(async () => {
  for (const name of variables.splice(0)) delete process.env[name];
  await bench.close();
});

interface Logins {
  readonly privateKey: string;
  readonly privateKeyId: string;
  readonly clientSecret: string;
}

/** Gives both apps new credentials; the old ones, and the tokens that were had by them, are worth nothing from here on. */
async function rotate({ lab }: Bench): Promise<Logins> {
  const { publicKey, privateKey } = await generateKeyPair("RS256", { modulusLength: 2048, extractable: true });
  const jwk = await exportJWK(publicKey);
  const privateKeyId = await calculateJwkThumbprint(jwk);
  const app = Object.values(lab.okta.state.apps).find(({ clientId }) => clientId === lab.credentials.okta.clientId);
  const [former] = app?.keys ?? [];
  app!.keys = [{ ...former!, kid: privateKeyId, e: jwk.e, n: jwk.n }];
  const { connectedApps, runtime } = lab.anypoint.state;
  const { clientId } = lab.credentials.anypoint;
  const clientSecret = `new-${lab.credentials.anypoint.clientSecret}`;
  connectedApps[clientId] = { ...connectedApps[clientId]!, clientSecret };
  runtime.accessTokens = {};
  return { privateKey: await exportPKCS8(privateKey), privateKeyId, clientSecret };
}

async function configured({ stack }: Bench, { privateKey, privateKeyId, clientSecret }: Logins): Promise<void> {
  await stack.setAllConfig({
    "okta:privateKey": { value: privateKey, secret: true },
    "okta:privateKeyId": { value: privateKeyId },
    "anypoint:clientSecret": { value: clientSecret, secret: true },
  });
}

/** The old logins are refused, with the cause, and nothing is changed. */
async function refusedByName(operation: "refresh" | "destroy"): Promise<void> {
  const before = bench.lab.snapshot();
  bench.output.length = 0;
  await expect(bench.stack[operation](recorded(bench))).rejects.toThrow();
  const said = bench.output.join("");
  expect(said).toContain(
    "`pulumi refresh` and `pulumi destroy` run with the configuration of the last `up`, unless --run-program is given",
  );
  expect(bench.lab.snapshot()).toEqual(before);
}

const READ = /^(GET .*|POST .*\/token)$/;

test("in the configuration: with --run-program all goes on at once, without it from the next up on", async () => {
  bench = await startBench({ "okta-anypoint:verification": { probe: false } });
  const { lab, stack } = bench;
  const clean = structuredClone({ okta: lab.okta.state, anypoint: lab.anypoint.state });
  await stack.up(recorded(bench));
  const logins = await rotate(bench);
  const up = structuredClone({ okta: lab.okta.state, anypoint: lab.anypoint.state });
  const deployment = await stack.exportStack();
  await refusedByName("refresh");
  await refusedByName("destroy");
  // What has no substance goes before the first refusal.
  await stack.importStack(deployment);

  await configured(bench, logins);
  await refusedByName("refresh");
  const position = lab.journal.position;
  const { changeSummary } = await stack.preview(recorded(bench));
  expect(changeSummary).toEqual({ same: expect.any(Number), update: 1 });
  const { summary: refreshed } = await stack.refresh({ ...recorded(bench), runProgram: true });
  expect(refreshed.resourceChanges?.update ?? 0).toBeLessThanOrEqual(1);
  const calls = [...bench.calls("anypoint", position), ...bench.calls("okta", position)];
  expect(calls.filter(({ method, path }) => !READ.test(`${method} ${path}`))).toEqual([]);
  expect(calls.length).toBeGreaterThan(10);

  await stack.importStack(deployment);
  await stack.destroy({ ...recorded(bench), runProgram: true });
  expect(Object.keys(lab.anypoint.state.clientProviders)).toEqual([]);
  expect(Object.keys(lab.okta.state.apps).sort()).toEqual(Object.keys(clean.okta.apps).sort());

  Object.assign(lab.okta.state, up.okta);
  Object.assign(lab.anypoint.state, up.anypoint);
  await stack.importStack(deployment);
  const { summary } = await stack.up(recorded(bench));
  expect(summary.resourceChanges).toEqual({ same: expect.any(Number), update: 1 });
  const plain = await stack.refresh(recorded(bench));
  expect(Object.keys(plain.summary.resourceChanges ?? {})).toEqual(["same"]);
  await stack.destroy(recorded(bench));
  expect(Object.keys(lab.anypoint.state.clientProviders)).toEqual([]);
});

test("in the environment: nothing of the stack changes, and every form uses the new ones", async () => {
  bench = await startBench({
    ...{ "okta-anypoint:verification": { probe: false }, "okta:clientId": undefined, "okta:privateKeyId": undefined },
  });
  const { lab, stack } = bench;
  const inEnvironment = (values: Record<string, string>) => {
    variables.push(...Object.keys(values));
    Object.assign(process.env, values);
  };
  await stack.removeAllConfig(["okta:privateKey", "anypoint:clientSecret"]);
  inEnvironment({
    OKTA_API_TOKEN: lab.credentials.okta.apiToken ?? "",
    ANYPOINT_CLIENT_SECRET: lab.credentials.anypoint.clientSecret,
  });
  await stack.up(recorded(bench));
  const { clientSecret } = await rotate(bench);
  const apiToken = `new-${lab.credentials.okta.apiToken}`;
  lab.okta.exchangeApiToken(apiToken);
  await expect(stack.refresh(recorded(bench))).rejects.toThrow(/Invalid token provided/);
  inEnvironment({ OKTA_API_TOKEN: apiToken, ANYPOINT_CLIENT_SECRET: clientSecret });
  expect(Object.keys((await stack.preview(recorded(bench))).changeSummary)).toEqual(["same"]);
  const { summary } = await stack.refresh(recorded(bench));
  expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
  await stack.destroy(recorded(bench));
  expect(Object.keys(lab.anypoint.state.clientProviders)).toEqual([]);
});
