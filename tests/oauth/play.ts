/** Sends every case to both servers, one after the other: some put the clock forward. */
import { ASSERTIONS } from "./cases/assertions.ts";
import { INTROSPECTION } from "./cases/introspection.ts";
import { REGISTERED_CLIENTS } from "./cases/registered-clients.ts";
import { REGISTRATION } from "./cases/registration.ts";
import { TOKENS } from "./cases/tokens.ts";
import type { OAuthCase } from "./case.ts";
import { makeCast } from "./cast.ts";
import { startJudge } from "./judge.ts";
import { startOktaSide } from "./okta.ts";
import type { Reply } from "./side.ts";

export const CASES: readonly OAuthCase[] = [
  ...ASSERTIONS,
  ...TOKENS,
  ...INTROSPECTION,
  ...REGISTRATION,
  ...REGISTERED_CLIENTS,
];

export interface Result {
  readonly one: OAuthCase;
  readonly okta: Reply;
  /** Undefined for cases that the judge has no counterpart for. */
  readonly judge: Reply | undefined;
}

export async function playAll(): Promise<Result[]> {
  const cast = await makeCast();
  const okta = await startOktaSide(cast);
  const judge = await startJudge(cast);
  try {
    const results: Result[] = [];
    for (const one of CASES) {
      const atOkta = await one.send(okta);
      results.push({ one, okta: atOkta, judge: one.oktaOnly === undefined ? await one.send(judge) : undefined });
    }
    return results;
  } finally {
    await okta.close();
    await judge.close();
  }
}
