/** What `pulumi up` and `pulumi preview` say while a provider that a person is to make is waited for. */
import * as pulumi from "@pulumi/pulumi";
import type { TwoAppClientProvider } from "../../components/two-app-client-provider.ts";
import { orgUrls } from "../../config/okta-urls.ts";
import type { Settings } from "../../config/settings.ts";
import { manualProvider, manualSteps } from "./steps.ts";

/** Says what waits for the provider that a person makes, and, once the values are known, how that is done. */
export function tellManualSteps(settings: Settings, pattern: TwoAppClientProvider): void {
  const { clientProvider, apis, consumers } = settings;
  const named = (what: string, names: readonly string[]) => (names.length === 0 ? [] : [`${what} ${names.join(", ")}`]);
  const waiting = [
    ...named(
      "the environments",
      clientProvider.environments.map(({ environment, businessGroup }) =>
        businessGroup === undefined ? environment : `${businessGroup}/${environment}`,
      ),
    ),
    ...named(
      "the APIs",
      apis.map(({ name }) => name),
    ),
    ...named(
      "the consumers",
      consumers.map(({ name }) => name),
    ),
    ...(settings.probe ? ["the verification's probe"] : []),
    ...(settings.verifyAfterUp ? ["the verification after up"] : []),
  ];
  const urls = orgUrls(settings.orgUrl);
  const host = settings.anypoint.host ?? process.env.ANYPOINT_HOST ?? "US";
  void Promise.all([
    known(pattern.introspectionUrl),
    known(pattern.manager.clientId),
    known(pattern.inspector.clientId),
    // Refused where the stack has a provider of its own: then there is nothing to wait for.
    known(pattern.clientProvider.providerName),
  ]).then(
    async ([introspectionUrl, managerClientId, inspectorClientId]) => {
      await pulumi.log.warn(
        `Client provider "${clientProvider.name}" is yet to be made by hand. Until okta-anypoint:clientProvider.id is set, these wait: ${waiting.join("; ")}.`,
        pattern,
      );
      const values = { ...urls, introspectionUrl, managerClientId, inspectorClientId };
      await pulumi.log.info(manualSteps(manualProvider(settings, host, values)), pattern);
    },
    // A resource that failed has told so itself.
    () => undefined,
  );
}

/** Value of an output; undefined where a preview can't know it. The SDK leaves `isKnown` out of its published types. */
async function known<T>(output: pulumi.Output<T>): Promise<T | undefined> {
  if (!(await (output as unknown as { isKnown: Promise<boolean> }).isKnown)) return undefined;
  return new Promise((resolve) => output.apply(resolve));
}
