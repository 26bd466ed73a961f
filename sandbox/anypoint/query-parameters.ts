/** Query parameters of the local Anypoint's routes. */
import type { QueryParameters } from "../core/query.ts";

const PAGE = ["offset", "limit"];
const ACCOUNTS = "/accounts/api/organizations/:organizationId";
const API = "/apimanager/api/v1/organizations/:organizationId/environments/:environmentId/apis";
const XAPI = "/apimanager/xapi/v1/organizations/:organizationId";
const APPLICATIONS = "/exchange/api/v2/organizations/:organizationId/applications";

export const QUERY_PARAMETERS: QueryParameters = {
  [`GET ${ACCOUNTS}/environments`]: ["name", "type", "search", "isProduction", "expandAll", ...PAGE],
  [`GET ${ACCOUNTS}/clientProviders`]: ["provider_id", "cp_type", "search", "sort", "ascending", ...PAGE],
  [`GET ${ACCOUNTS}/clientProviders/:providerId`]: ["includeSecrets"],
  [`PATCH ${ACCOUNTS}/clientProviders/:providerId`]: ["recreateTokenValidationClient"],
  [`GET ${ACCOUNTS}/clientProviders/:providerId/clients`]: ["client_id", "search", "sort", "ascending", ...PAGE],
  [`GET ${API}`]: [
    ...["query", "groupId", "assetId", "assetVersion", "instanceLabel", "productVersion", "filters"],
    ...PAGE,
  ],
  [`GET ${XAPI}/environments/:environmentId/apis`]: PAGE,
  [`GET ${API}/:apiId/policies`]: ["fullInfo"],
  [`POST ${API}/:apiId/policies`]: ["allowDuplicated"],
  [`GET ${API}/:apiId/tiers`]: PAGE,
  [`GET ${API}/:apiId/contracts`]: ["status", "query", "coreServicesId", ...PAGE],
  [`GET ${XAPI}/exchange-policy-templates`]: ["apiInstanceId", "environmentId", "latest", "includeConfiguration"],
  [`GET ${XAPI}/exchange-policy-templates/:groupId/:assetId/:version`]: ["apiInstanceId", "includeAllVersions"],
  [`GET ${APPLICATIONS}`]: ["query", "literalMatch", "apiInstanceId", "targetAdminSite", ...PAGE],
  [`POST ${APPLICATIONS}`]: ["apiInstanceId"],
  [`GET ${APPLICATIONS}/:applicationId`]: ["targetAdminSite"],
};
