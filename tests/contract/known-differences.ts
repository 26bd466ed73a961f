/**
 * Where requests or answers differ from the vendors' descriptions and should: the only place for such exceptions. An entry that no suite
 * needs any more fails the whole run.
 */
import type { Departure } from "./judge.ts";
import type { Side } from "./json-schema.ts";

export interface KnownDifference {
  /** An operation's name, or a pattern of several. */
  readonly operations: string | RegExp;
  readonly side: Side;
  /** See {@link Departure.at}. */
  readonly at: string | RegExp;
  readonly keyword: string;
  /** Pattern of the answer's status; any when left out. */
  readonly status?: RegExp;
  /** What differs, in few words. */
  readonly what: string;
  /** Where it is known from: a section of the references, or the description itself; with its mark. */
  readonly source: string;
}

const APP = /^(GET|POST|PUT) \/api\/v1\/apps(\/\{appId\})?$/;
const SERVER = /^(GET|POST|PUT) \/api\/v1\/authorizationServers(\/\{authServerId\})?$/;
const SCOPE = /^(GET|POST|PUT) \/api\/v1\/authorizationServers\/\{authServerId\}\/scopes(\/\{scopeId\})?$/;
const RULE = /^(GET|POST|PUT) \S+\/policies\/\{policyId\}\/rules(\/\{ruleId\})?$/;
const FORM = /^POST \/oauth2\/(\{authorizationServerId\}\/)?v1\/(token|introspect|revoke)$/;
const REGISTRATION = /^(POST|PUT) \/oauth2\/v1\/clients(\/\{clientId\})?$/;

const OKTA: readonly KnownDifference[] = [
  {
    operations: APP,
    side: "answer",
    at: /^(\/\*)?\/_links\/(clientCredentials|policies|uploadLogo)$/,
    keyword: "unknown",
    what: "links that the description leaves out",
    source: "okta-api 2.1, recorded [confirmed]",
  },
  {
    operations: APP,
    side: "answer",
    at: /^(\/\*)?\/settings\/(app|manualProvisioning)$/,
    keyword: "unknown",
    what: "settings that the description leaves out for OpenID Connect apps",
    source: "okta-api 2.1, recorded [confirmed]",
  },
  {
    operations: APP,
    side: "answer",
    at: /\/(accessibility\/(error|login)RedirectUrl|notes\/(admin|enduser)|vpn\/(message|helpUrl)|oauthClient\/(client|logo)_uri)$/,
    keyword: "type",
    what: "null for what is not set",
    source: "okta-api 2.1, recorded [confirmed]",
  },
  {
    operations: "PUT /api/v1/apps/{appId}",
    side: "request",
    at: /^\/settings\/(app|manualProvisioning)$/,
    keyword: "unknown",
    what: "settings that were read, sent back by the plugin",
    source: "okta-api 1.2, recorded [confirmed]",
  },
  {
    operations: "PUT /api/v1/apps/{appId}",
    side: "request",
    at: "/credentials/oauthClient/client_secret",
    keyword: "minLength",
    what: "an empty secret keeps the one that is there",
    source: "okta-api 1.2, recorded [confirmed]",
  },
  {
    operations: /^POST \/api\/v1\/apps\/\{appId\}\/lifecycle\/(de)?activate$/,
    side: "answer",
    at: "",
    keyword: "undescribed",
    what: "an empty object",
    source: "okta-api 2.1, recorded [confirmed]",
  },
  {
    operations: "POST /oauth2/v1/clients/{clientId}/roles",
    side: "answer",
    at: "201",
    keyword: "status",
    what: "201 in place of 200",
    source: "okta-api 2.2, recorded [confirmed]",
  },
  {
    operations: SERVER,
    side: "answer",
    at: /^(\/\*)?\/(default|_links\/keys)$/,
    keyword: "unknown",
    what: "members that the description leaves out",
    source: "okta-api 2.4, recorded [confirmed]",
  },
  {
    operations: SERVER,
    side: "answer",
    at: /^(\/\*)?\/_links\/activate$/,
    keyword: "unknown",
    what: "link of an inactive server, in place of deactivate",
    source: "okta-api 2.1 says so of apps [inferred]",
  },
  {
    operations: SCOPE,
    side: "answer",
    at: /^(\/\*)?\/apiResourceId$/,
    keyword: "unknown",
    what: "a member that the description leaves out",
    source: "okta-api 2.4, recorded [confirmed]",
  },
  {
    operations: RULE,
    side: "answer",
    at: /^(\/\*)?\/conditions\/people\/(users|groups)\/exclude$/,
    keyword: "unknown",
    what: "an empty list that the description knows of neither",
    source: "okta-api 2.4, recorded [confirmed]",
  },
  {
    operations: /^[A-Z]+ \/(api\/v1|oauth2\/v1\/clients)(\/|$)/,
    side: "answer",
    at: "401",
    keyword: "status",
    what: "E0000011 for a bad token; E0000015 of authorization servers that are not licensed",
    source: "okta-api 2.4, 2.5 [confirmed]",
  },
  {
    operations: /^[A-Z]+ \/(api\/v1|oauth2\/v1\/clients)(\/|$)/,
    side: "answer",
    at: "400",
    keyword: "status",
    what: "E0000001 for what is not valid; E0000003 for what is not JSON",
    source: "okta-api 2.5 [confirmed]",
  },
  {
    operations: "POST /oauth2/v1/clients/{clientId}/roles",
    side: "answer",
    at: "409",
    keyword: "status",
    what: "E0000090 where the client has the role already",
    source: "okta-api 2.2, error codes [inferred]",
  },
  {
    operations: "GET /.well-known/okta-organization",
    side: "answer",
    at: "/settings",
    keyword: "unknown",
    what: "a member that the description leaves out",
    source: "okta-api 3.5, recorded [confirmed]",
  },
  {
    operations: /^(GET|POST) \/api\/v1\/apps\/\{appId\}\/credentials\/jwks/,
    side: "answer",
    at: /\/(alg|use)$/,
    keyword: "unknown",
    what: "algorithm and use, which the schema has for requests alone",
    source: "okta-api 2.3, the description of the request [inferred]",
  },
  {
    operations: /^(POST|PUT) \/oauth2\/v1\/clients(\/\{clientId\})?$/,
    side: "answer",
    at: /^\/(error|error_description)$/,
    keyword: "unknown",
    what: "the form of RFC 7591 for bad metadata, where the schema has that of the management API",
    source: "okta-api 3.2, the description's example [confirmed]",
  },
  {
    operations: "POST /oauth2/{authorizationServerId}/v1/token",
    side: "request",
    at: "/scope",
    keyword: "required",
    what: "left out where the server has default scopes",
    source: "okta-api 3.3, vendor's guide [confirmed]",
  },
  {
    operations: /^(GET|POST) \/api\/v1\/internal\/apps\/.+\/settings\/oauth\/idToken$/,
    side: "request",
    at: "",
    keyword: "undescribed",
    what: "internal endpoint that the plugin calls with an API token",
    source: "okta-api 1.2, recorded [confirmed]",
  },
  {
    operations: /^GET \/\.well-known\/oauth-authorization-server(\/oauth2\/.+)?$/,
    side: "request",
    at: "",
    keyword: "undescribed",
    what: "metadata of the org, and the place that RFC 8414 gives to a custom server's",
    source: "okta-api 3.5, recorded [confirmed]; RFC 8414 form: vendor's guide [confirmed]",
  },
  {
    operations: FORM,
    side: "request",
    at: /^\/client_(id|secret|assertion|assertion_type)$/,
    keyword: "unknown",
    what: "client authentication in the form",
    source: "the description's own security schemes client_secret_post and private_key_jwt [confirmed]",
  },
  {
    operations: "POST /oauth2/v1/token",
    side: "request",
    at: /^\?(grant_type|scope|client_assertion|client_assertion_type)$/,
    keyword: "unknown",
    what: "the form's parameters in the query, without a body",
    source: "code of Okta's Go SDKs, see sandbox/okta/oauth/client-authentication.ts [confirmed]",
  },
  {
    operations: FORM,
    side: "answer",
    at: /^\/error(Code|Summary|Link|Id|Causes)$/,
    keyword: "unknown",
    what: "an unknown client id is answered in the form of the management API",
    source: "okta-api 3.1 [confirmed]",
  },
  {
    operations: /^(GET|POST) \/oauth2\/\{authorizationServerId\}\//,
    side: "answer",
    at: "404",
    keyword: "status",
    what: "E0000007 where the server is unknown or inactive",
    source: "okta-api 3.3 [confirmed for metadata, inferred for the others]",
  },
  {
    operations: /^GET \/oauth2\/(\{authorizationServerId\}\/)?v1\/keys$/,
    side: "answer",
    at: /^\/keys\/\*\/[en]$/,
    keyword: "unknown",
    what: "members of an RSA key",
    source: "the description's choice between RSA and EC goes by kty and lists values of use [confirmed]",
  },
  {
    operations: /^(POST|PUT) \/(api\/v1\/apps(\/\{appId\})?|oauth2\/v1\/clients(\/\{clientId\})?)$/,
    side: "request",
    at: /\/keys\/\*\/(crv|x|y)$/,
    keyword: "unknown",
    what: "members of an EC key",
    source: "RFC 7518, 6.2.1: such a key is none without them [inferred]",
  },
  {
    operations: REGISTRATION,
    side: "answer",
    at: /^\/jwks\/keys\/\*\/[xy]$/,
    keyword: "unknown",
    what: "members of an EC key",
    source: "RFC 7518, 6.2.1 [inferred]",
  },
  {
    operations: REGISTRATION,
    side: "request",
    at: /^\/(redirect_uris|response_types)$/,
    keyword: "type",
    what: "null where a client needs none",
    source: "the description's own text of redirect_uris [confirmed]",
  },
  {
    operations: /^POST \/oauth2\/(v1\/clients|\{authorizationServerId\}\/v1\/token)$/,
    side: "request",
    at: "/colour",
    keyword: "unknown",
    what: "a member that nobody knows is ignored",
    source: "RFC 7591, 2 and RFC 6749, 3.2 [inferred]",
  },
  {
    operations: "POST /oauth2/{authorizationServerId}/v1/introspect",
    side: "request",
    at: "/token_type_hint",
    keyword: "enum",
    what: "a hint that nobody knows is ignored",
    source: "RFC 7662, 2.1 [inferred]",
  },
  {
    operations: /^(GET|POST|PUT) \/oauth2\/v1\/clients(\/\{clientId\})?$/,
    side: "answer",
    at: /^(\/\*)?\/post_logout_redirect_uris$/,
    keyword: "type",
    what: "a list; the schema says text, and describes the items of a list",
    source: "the description's own text: array of redirection URI strings [confirmed]",
  },
  {
    operations: /^(POST|PUT|DELETE) \/(api\/v1|oauth2\/v1\/clients)/,
    side: "answer",
    at: "503",
    keyword: "status",
    what: "read-only mode",
    source: "Okta's error codes, E0000010 [confirmed]",
  },
  {
    operations: /^(GET|POST|PUT) \/oauth2\/v1\/clients(\/\{clientId\}(\/lifecycle\/newSecret)?)?$/,
    side: "answer",
    at: /^(\/\*)?\/client_uri$/,
    keyword: "unknown",
    what: "a member that the schema leaves out and the description's example has",
    source: "okta-api 3.2 [confirmed]",
  },
];

const ACCOUNTS = /^[A-Z]+ \/accounts\/api\//;
const MANAGER = /^[A-Z]+ \/apimanager\/api\/v1\//;
const EXCHANGE = /^[A-Z]+ \/exchange\/api\/v2\//;
const INSTANCE = /^(GET|POST|PATCH) \S+\/apis(\/\{environmentApiId\})?$/;
const POLICY = /^(GET|POST|PATCH) \S+\/apis\/\{environmentApiId\}\/policies(\/\{policyId\})?$/;
const CONTRACT = /^(GET|POST|PATCH) \S+\/apis\/\{environmentApiId\}\/contracts(\/\{contractId\})?$/;
const TIER = /^(GET|POST|PUT) \S+\/apis\/\{environmentApiId\}\/tiers(\/\{tierId\})?$/;
const APPLICATION = /^(GET|POST|PATCH) \/exchange\/\S+\/applications(\/\{applicationId\})?$/;

const ANYPOINT: readonly KnownDifference[] = [
  {
    operations: ACCOUNTS,
    side: "answer",
    at: /^40[0134]$/,
    keyword: "status",
    what: "refusals, of which few are declared",
    source: "anypoint-api 1.2, 1.4, 2.10 [confirmed for identity providers; inferred]",
  },
  {
    operations: ACCOUNTS,
    side: "answer",
    at: "",
    keyword: "undescribed",
    status: /^4/,
    what: "refusals have a body",
    source: "anypoint-api 2.10 [confirmed]",
  },
  {
    operations: "POST /accounts/api/organizations/{organizationId}/clientProviders",
    side: "answer",
    at: "",
    keyword: "undescribed",
    status: /^201$/,
    what: "a body, where the switch providerCreationAnswer asks for one: our calls must not mind",
    source: "none is described; that one may come is a guess of ours [inferred]",
  },
  {
    operations: "POST /accounts/api/v2/oauth2/token",
    side: "answer",
    at: "",
    keyword: "undescribed",
    status: /^200$/,
    what: "the token",
    source: "anypoint-api 1.2 [confirmed]",
  },
  {
    operations: "POST /accounts/api/v2/oauth2/token",
    side: "request",
    at: "",
    keyword: "undescribed",
    what: "the login of a connected app has a body",
    source: "anypoint-api 1.2, the vendor's client generator [confirmed]",
  },
  {
    operations: "GET /accounts/api/organizations/{organizationId}",
    side: "answer",
    at: /^\/(entitlements\/\w+|orgType|owner|properties|salesforce|sessionTimeout|subscription)$/,
    keyword: "required",
    what: "not simulated: what an organization has bought, and its account",
    source: "anypoint-api 1.3 names what is read [confirmed]",
  },
  {
    operations: "GET /accounts/api/organizations/{organizationId}",
    side: "answer",
    at: "/environments/*/type",
    keyword: "unknown",
    what: "an environment's type, as in their own list",
    source: "anypoint-api 1.3, the description of the list [inferred]",
  },
  {
    operations: "GET /accounts/api/organizations/{organizationId}/hierarchy",
    side: "answer",
    at: "/parentOrganizationIds/*",
    keyword: "type",
    what: "ids are texts; the schema is made from an example without any",
    source: "the description of the same member one level below [confirmed]",
  },
  {
    operations: "GET /accounts/api/me",
    side: "answer",
    at: "/user",
    keyword: "required",
    what: "a connected app is no user",
    source: "anypoint-api 1.3, the vendor's Terraform provider [inferred]",
  },
  {
    operations: "GET /accounts/api/me",
    side: "answer",
    at: "/client/org_id",
    keyword: "unknown",
    what: "the organization of a connected app",
    source: "anypoint-api 1.3, the vendor's Terraform provider [confirmed]",
  },
  {
    operations: MANAGER,
    side: "answer",
    at: /^40[01349]$/,
    keyword: "status",
    what: "refusals, of which few are declared",
    source: "anypoint-api 3.1, 3.2 [confirmed: client generator; inferred]",
  },
  {
    operations: INSTANCE,
    side: "answer",
    at: /\/(id|apiId|assetId|groupId|assetVersion|productVersion|providerId|technology|status|approvalMethod|deprecated|tags|endpoint|endpointUri|lastActiveDate|muleVersion4OrAbove|date)$/,
    keyword: "unknown",
    what: "members of an API instance; the schemas are made from one example of 2017",
    source: "anypoint-api 3.1, the vendor's Terraform provider and client generator [confirmed]",
  },
  {
    operations: INSTANCE,
    side: "answer",
    at: /\/(uri|proxyUri|lastActiveDate|instanceLabel|providerId)$/,
    keyword: "type",
    what: "null for what is not set; requests may hold it",
    source: "anypoint-api 3.1 [confirmed]",
  },
  {
    operations: /^POST \S+\/apis$/,
    side: "request",
    at: "/endpoint/type",
    keyword: "unknown",
    what: "kind of the API",
    source: "anypoint-api 3.1, the vendor's Terraform provider [confirmed]",
  },
  {
    operations: /^POST \S+\/apis$/,
    side: "request",
    at: "/endpointUri",
    keyword: "unknown",
    what: "the consumer endpoint; the answer's schema has it",
    source: "the answer's schema, promoteApi.yaml [inferred]",
  },
  {
    operations: POLICY,
    side: "answer",
    at: /\/(apiVersionId|audit\/updated\/date|configurationData\/\w+)$/,
    keyword: "unknown",
    what: "members of a policy; the schema is made from one example of another policy",
    source: "anypoint-api 3.2, 3.3 [confirmed]",
  },
  {
    operations: /^GET \S+\/apis\/\{environmentApiId\}\/policies$/,
    side: "answer",
    at: "",
    keyword: "type",
    what: "the list within an object, with the tiers beside",
    source: "anypoint-api 3.2: three shapes [confirmed]",
  },
  {
    operations: /^GET \S+\/apis\/\{environmentApiId\}\/policies$/,
    side: "answer",
    at: /\/(configuration|policyId|template)$/,
    keyword: "unknown",
    what: "the compact shape of the list",
    source: "anypoint-api 3.2: three shapes [confirmed]",
  },
  {
    operations: /^GET \S+\/apis\/\{environmentApiId\}\/policies\/\{policyId\}$/,
    side: "answer",
    at: "",
    keyword: "type",
    what: "one policy, described by the schema of the list",
    source: "the description itself refers to the list's schema [inferred]",
  },
  {
    operations: POLICY,
    side: "answer",
    at: /\/pointcutData$/,
    keyword: "type",
    what: "null stands for all methods and resources; requests may hold it",
    source: "anypoint-api 3.2 [confirmed]",
  },
  {
    operations: POLICY,
    side: "request",
    at: /^\/(disabled|order)$/,
    keyword: "unknown",
    what: "whether the policy begins switched off, and its place",
    source: "anypoint-api 3.2, automated policies have it described [confirmed]",
  },
  {
    operations: POLICY,
    side: "request",
    at: "?allowDuplicated",
    keyword: "unknown",
    what: "applies the same policy twice",
    source: "anypoint-api 3.2, the vendor's Terraform provider [confirmed]",
  },
  {
    operations: CONTRACT,
    side: "request",
    at: "/status",
    keyword: "unknown",
    what: "approves and revokes",
    source: "anypoint-api 4.4, support article 001115212 [confirmed]",
  },
  {
    operations: /^GET \S+\/apis\/\{environmentApiId\}\/contracts\/\{contractId\}$/,
    side: "answer",
    at: /^\/(audit|masterOrganizationId|organizationId|id|status|(approved|rejected|revoked)Date|application(Id)?|tier(Id)?|requestedTier(Id)?|terms|partyId|partyName|condition|api(Id)?)$/,
    keyword: "unknown",
    what: "the row of the list; the description shows the list itself",
    source: "anypoint-api 4.4 [inferred]",
  },
  {
    operations: CONTRACT,
    side: "answer",
    at: /\/(condition|application\/(clientProvider|masterOrganizationId|audit)|audit\/updated\/date|tier\/\w+)$/,
    keyword: "unknown",
    what: "members of a contract's row",
    source: "anypoint-api 4.4 [confirmed: client generator]",
  },
  {
    operations: CONTRACT,
    side: "answer",
    at: /\/(approvedDate|tier|tierId|description|url)$/,
    keyword: "type",
    what: "null for what is not set",
    source: "anypoint-api 4.3, 4.4 [confirmed for tier; inferred]",
  },
  {
    operations: TIER,
    side: "answer",
    at: /\/(audit|(masterO|o)rganizationId|id|apiId|name|description|autoApprove|status|limits|applicationCount|audit\/updated\/date)$/,
    keyword: "unknown",
    what: "members of a tier; the schema of its creation is that of another object",
    source: "anypoint-api 3.6 and the description's examples of other answers [confirmed]",
  },
  {
    operations: TIER,
    side: "answer",
    at: /\/description$/,
    keyword: "type",
    what: "null for what is not set",
    source: "anypoint-api 3.6 [inferred]",
  },
  {
    operations: /^POST \/apimanager\/xapi\/v1\/\S+\/policies\/\*\/(enable|disable)$/,
    side: "request",
    at: "",
    keyword: "undescribed",
    what: "switches a policy on and off",
    source: "anypoint-api 3.2, the vendor's client generator [confirmed]",
  },
  {
    operations: /^POST \/apimanager\/xapi\/v1\/\S+\/contracts\/\*\/(approve|reject|revoke|restore)$/,
    side: "request",
    at: "",
    keyword: "undescribed",
    what: "changes a contract's status",
    source: "anypoint-api 4.4, the vendor's client generator [confirmed]",
  },
  {
    operations: /^GET \/apimanager\/xapi\/v1\/\S+\/apis$/,
    side: "request",
    at: "",
    keyword: "undescribed",
    what: "the console's list of instances",
    source: "anypoint-api 3.1, the vendor's Terraform provider [confirmed]",
  },
  {
    operations: /^GET \/apimanager\/xapi\/v1\/\S+\/exchange-policy-templates\/\S+$/,
    side: "request",
    at: "",
    keyword: "undescribed",
    what: "one template of a policy",
    source: "anypoint-api 3.4, the vendor's client generator [confirmed]",
  },
  {
    operations: EXCHANGE,
    side: "answer",
    at: /^40[01349]$/,
    keyword: "status",
    what: "refusals, of which few are declared",
    source: "anypoint-api 4.1 [confirmed: support articles, a practitioner's notes; inferred]",
  },
  {
    operations: APPLICATION,
    side: "request",
    at: "?targetAdminSite",
    keyword: "unknown",
    what: "asks for the credentials too",
    source: "anypoint-api 4.1 [confirmed there, though not in the file that is kept]",
  },
  {
    operations: APPLICATION,
    side: "answer",
    at: /^(\/\*)?\/(clientId|clientSecret|clientProvider|owner|url)$/,
    keyword: "unknown",
    what: "members that the list shows with targetAdminSite",
    source: "anypoint-api 4.1 [confirmed]",
  },
  {
    operations: APPLICATION,
    side: "answer",
    at: /\/description$/,
    keyword: "type",
    what: "null for what is not set",
    source: "anypoint-api 4.1 [inferred]",
  },
  {
    operations: /^(GET|POST) \/exchange\/\S+\/applications\/\{applicationId\}\/contracts$/,
    side: "answer",
    at: /^(\/\*)?\/(api|applicationId|clientId|clientSecret|tier|requestedTier\/status)$/,
    keyword: "unknown",
    what: "members of a contract",
    source: "anypoint-api 4.3, support article 005385409 [confirmed]",
  },
  {
    operations: /^(GET|POST|DELETE) \/exchange\/\S+\/applications(\/\{applicationId\})?$/,
    side: "answer",
    at: /^(429|500|503)$/,
    keyword: "status",
    what: "too many requests, as the balancer says it",
    source: "anypoint-api 8, support article 001121231 [confirmed]",
  },
];

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [...OKTA, ...ANYPOINT];

const fits = (pattern: string | RegExp, text: string): boolean =>
  typeof pattern === "string" ? pattern === text : pattern.test(text);

export const covers = (entry: KnownDifference, departure: Departure): boolean =>
  entry.side === departure.side &&
  entry.keyword === departure.keyword &&
  (entry.status?.test(String(departure.status)) ?? true) &&
  fits(entry.operations, departure.operation) &&
  fits(entry.at, departure.at);

export const concerns = (entry: KnownDifference, operation: string): boolean => fits(entry.operations, operation);

/** Names an entry in what suites write down. */
export const nameOf = ({ operations, side, at, keyword, status }: KnownDifference): string =>
  `${operations} | ${side} ${at} | ${keyword}${status === undefined ? "" : ` of ${status.source}`}`;
