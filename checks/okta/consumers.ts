/** The Okta clients that Anypoint has registered for the applications. */
import type { Deployed } from "../deployed.ts";
import { type Check, check, reportOf } from "../report.ts";
import type { OktaReader } from "./reader.ts";

/** A registered client is an app whose id is the client id (confirmed: apps API). */
export const consumerChecks = ({ consumers }: Deployed, okta: OktaReader): Check[] =>
  consumers.map(({ name, application: { clientId, name: application } }) =>
    check(reportOf("consumer-client", name), async (report) => {
      const app = await okta.app(clientId);
      if (app === undefined) {
        return report.fail(
          "client-missing",
          `The client ${clientId} of application "${application}" is gone in Okta; Exchange still shows it.`,
          `Have it registered anew: \`pulumi up --replace '**${name === "the probe" ? "probe" : `consumer-${name}`}-application'\`. Its client id and secret change.`,
        );
      }
      return app.status === "ACTIVE"
        ? report.ok(`${clientId}, active`)
        : report.fail(
            "client-inactive",
            `The client ${clientId} ("${app.label}") is ${String(app.status).toLowerCase()}: it gets no tokens, and those it has are dead.`,
            `Activate it: Okta Admin Console, Applications, "${app.label}", Status.`,
          );
    }),
  );
