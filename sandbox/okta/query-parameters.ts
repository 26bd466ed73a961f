/** Query parameters of the local Okta's routes. */
import type { QueryParameters } from "../core/query.ts";

const PAGE = ["limit", "after"];

/** A form without a body comes in the query: Okta's Go SDKs ask for tokens so (confirmed: SDK code). */
const FORM = ["client_id", "client_assertion_type", "client_assertion"];
const TOKEN = [...FORM, "grant_type", "scope"];
const TOKEN_IN_HAND = [...FORM, "token", "token_type_hint"];

export const QUERY_PARAMETERS: QueryParameters = {
  "GET /api/v1/policies": ["type"],
  "GET /api/v1/groups": ["q"],
  "GET /api/v1/apps": ["q", "filter", ...PAGE],
  "POST /api/v1/apps": ["activate"],
  "GET /oauth2/v1/clients": ["q", ...PAGE],
  "GET /api/v1/authorizationServers": ["q", ...PAGE],
  "GET /api/v1/authorizationServers/:as/scopes": ["q", ...PAGE],
  "GET /api/v1/authorizationServers/:as/claims": ["q", ...PAGE],
  "POST /oauth2/v1/token": TOKEN,
  "POST /oauth2/v1/introspect": TOKEN_IN_HAND,
  "POST /oauth2/v1/revoke": TOKEN_IN_HAND,
  "POST /oauth2/:as/v1/token": TOKEN,
  "POST /oauth2/:as/v1/introspect": TOKEN_IN_HAND,
  "POST /oauth2/:as/v1/revoke": TOKEN_IN_HAND,
};
