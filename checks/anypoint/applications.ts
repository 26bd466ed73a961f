/** The consumers' applications in Exchange, and their contracts. */
import type { Deployed } from "../deployed.ts";
import { type Check, check, reportOf } from "../report.ts";
import type { AnypointReader } from "./reader.ts";

const UP = "Run `pulumi up --refresh --run-program`";

export const applicationChecks = ({ consumers }: Deployed, anypoint: AnypointReader): Check[] =>
  consumers.flatMap(({ name, application, contract }) => [
    check(reportOf("application", name), async (report) => {
      const { applicationId, clientId, clientProviderId } = application;
      const found = await anypoint.application(application.organizationId, applicationId, application.name);
      const named = `"${application.name}" (${applicationId})`;
      if (found === undefined) {
        return report.fail(
          "application-missing",
          `${named} is gone, and with it its contracts.`,
          `${UP}: it is made anew, with another client id and secret. The Okta client ${clientId} may be left over.`,
        );
      }
      if (found.clientId !== undefined && found.clientId !== clientId) {
        return report.fail(
          "application-client-other",
          `${named} has client id ${found.clientId}; the state says ${clientId}.`,
          `${UP}, and hand the new pair to whoever uses it.`,
        );
      }
      if (found.providerId !== undefined && found.providerId !== clientProviderId) {
        return report.fail(
          "application-provider-other",
          `${named} belongs to ${found.providerId === "" ? "Anypoint's own provider" : `client provider ${found.providerId}`}, not to ${clientProviderId}.`,
          `${UP}: it is made anew at the right one.`,
        );
      }
      return report.ok(`${named}, client ${clientId}`);
    }),
    ...(contract === undefined
      ? []
      : [
          check(reportOf("contract", name), async (report) => {
            const { contractId, apiId } = contract;
            const found = await anypoint.contract(contract, contractId);
            const place = `API Manager, instance ${apiId}, Contracts`;
            switch (found?.status) {
              case "APPROVED":
                return report.ok(`${contractId}, approved`);
              case "PENDING":
                return report.warn(
                  "contract-pending",
                  `Contract ${contractId} waits for approval: calls of ${name} get 403.`,
                  `Approve it: ${place}; or consumers[].approval: approve, then \`pulumi up\`.`,
                );
              case "REJECTED":
                return report.fail(
                  "contract-rejected",
                  `Contract ${contractId} was rejected: calls of ${name} get 403.`,
                  `Ask whoever rejected it; approve it: ${place}.`,
                );
              case "REVOKED":
                return report.fail(
                  "contract-revoked",
                  `Contract ${contractId} was revoked: calls of ${name} get 403.`,
                  `Ask whoever revoked it; restore it: ${place}; or consumers[].approval: approve, then \`pulumi up --refresh --run-program\`.`,
                );
              case undefined:
                return report.fail(
                  "contract-missing",
                  `Contract ${contractId} of ${name} with instance ${apiId} is gone: its calls get 403.`,
                  `${UP}, which asks for it again.`,
                );
              default:
                return report.unknown(`Contract ${contractId} has status ${found?.status ?? "none"}.`);
            }
          }),
        ]),
  ]);
