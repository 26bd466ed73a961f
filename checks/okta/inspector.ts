/** App B, the Inspector: as gateways introspect with it. */
import type { OpenIdConnectApplication } from "@okta/okta-sdk-nodejs";
import { saidBy } from "../../providers/okta/http.ts";
import type { Deployed } from "../deployed.ts";
import type { Finding } from "../finding.ts";
import { Premise } from "../reads.ts";
import { type Check, type Report, check, reportOf } from "../report.ts";
import type { OktaReader } from "./reader.ts";

const UP = "run `pulumi up --refresh --run-program`";

/** `introspectionUrl`: where gateways introspect; Anypoint's own value where it can be read. */
export function inspectorChecks(
  { inspector, provider }: Deployed,
  okta: OktaReader,
  introspectionUrl: () => Promise<string | undefined>,
): Check[] {
  if (inspector === undefined) return [];
  return [
    check(reportOf("inspector-app"), async (report) => {
      const app = (await okta.app(inspector.appId)) as OpenIdConnectApplication | undefined;
      return checkApp(report, inspector.clientId, app);
    }),
    check(reportOf("inspector-introspection"), async (report) => {
      if ((await okta.app(inspector.appId)) === undefined) {
        throw new Premise("not asked: the Inspector app is gone (inspector-app)");
      }
      const clientSecret = inspector.clientSecret ?? provider?.inspectorClientSecret;
      const url = (await introspectionUrl()) ?? provider?.introspectionUrl;
      if (clientSecret === undefined || url === undefined) {
        throw new Premise("not asked: the state has no secret of the Inspector, or no client provider");
      }
      return introspect(report, okta, url, { clientId: inspector.clientId, clientSecret });
    }),
  ];
}

function checkApp(
  report: Report<"inspector-app">,
  clientId: string,
  app: OpenIdConnectApplication | undefined,
): Finding {
  if (app === undefined) {
    return report.fail(
      "inspector-missing",
      `The app ${clientId} is gone: gateways can check no token.`,
      "Take it out of the state with `npm run repair-state -- --stack NAME`, then make a new one: `pulumi up`.",
    );
  }
  const place = `Okta Admin Console, Applications, "${app.label}"`;
  if (app.status !== "ACTIVE") {
    return report.fail(
      "inspector-inactive",
      `"${app.label}" (${clientId}) is ${String(app.status).toLowerCase()}: gateways can check no token.`,
      `Activate it: ${place}, Status.`,
    );
  }
  const method = app.credentials.oauthClient?.token_endpoint_auth_method;
  return method === "client_secret_post"
    ? report.ok(`"${app.label}" (${clientId}), active, client_secret_post`)
    : report.fail(
        "inspector-method",
        `"${app.label}" (${clientId}) authenticates by ${String(method)}; gateways send its secret in the body.`,
        `Set client_secret_post: ${UP}.`,
      );
}

/** What the gateway does, with a token that nobody issued: an answer of any kind shows that the pair is taken. */
async function introspect(
  report: Report<"inspector-introspection">,
  okta: OktaReader,
  url: string,
  { clientId, clientSecret }: { readonly clientId: string; readonly clientSecret: string },
): Promise<Finding> {
  const { status, json } = await okta.send({
    url,
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
    body: new URLSearchParams({
      token: "no-token-of-anybody",
      client_id: clientId,
      client_secret: clientSecret,
    }).toString(),
  });
  const { active } = json as { active?: unknown };
  const seen = `${url} answered ${[status, saidBy(json).error].filter(Boolean).join(", ")}`;
  if (status === 200 && active === false)
    return report.ok("200 active: false for a nonsense token, at the provider's URL");
  if (status === 401 || status === 400) {
    return report.fail(
      "inspector-refused",
      `${seen}: the Inspector's secret of the state is not its secret any more, or the app is not as it should be. APIs answer 500 or 401 then.`,
      "See inspector-app first. When that is well: `npm run rotate -- --stack NAME --app inspector --emergency` makes a new Inspector and gives it to the client provider; a refresh does not read secrets.",
    );
  }
  if (status === 404 || status === 405) {
    return report.fail(
      "introspection-url-wrong",
      `${seen}: a wrong path, or an authorization server that is deleted or inactive.`,
      "See authorization-server and urls.",
    );
  }
  if (status === 429 || status >= 500) {
    return report.fail(
      "introspection-failing",
      `${seen}.`,
      "Wait a minute and run it again; see Okta's status page and rate limits.",
    );
  }
  return report.fail("introspection-unusable", `${seen}, and no introspection.`, "See urls: is it Okta's own URL?");
}
