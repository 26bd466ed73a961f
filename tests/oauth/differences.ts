/** Where the local Okta and the judge differ on purpose, and why. An entry that is no longer needed fails the suite. */
import type { Theme } from "./case.ts";

export interface Difference {
  readonly theme: Theme;
  /** Names of the cases; all of them are accepted by one of the two, refused by the other. */
  readonly cases: readonly string[];
  /** What Okta does. */
  readonly reason: string;
  /** How sure that is, and where it comes from. */
  readonly mark: `confirmed: ${string}` | `inferred: ${string}` | `unknown: ${string}`;
}

const ASSERTIONS: Theme = "client assertions";
const TOKENS: Theme = "token requests";
const INTROSPECTION: Theme = "introspection and revocation";
const REGISTRATION: Theme = "registration";

export const DIFFERENCES: readonly Difference[] = [
  {
    theme: ASSERTIONS,
    cases: ["two keys, none named"],
    reason: "with several keys Okta wants `kid`; the judge tries each key",
    mark: "confirmed: okta-sdk-nodejs#223, okta-sdk-python#289",
  },
  {
    theme: ASSERTIONS,
    cases: ["algorithm PS256"],
    reason: "Okta takes RS and ES algorithms",
    mark: "confirmed: OAuth API description",
  },
  {
    theme: ASSERTIONS,
    cases: ["exp in two hours"],
    reason: "an assertion may live for an hour",
    mark: "confirmed: service app guide, okta-sdk-python#382",
  },
  {
    theme: ASSERTIONS,
    cases: ["iat in the future"],
    reason: "`iat` must be in the past; the judge looks at it only where there is no `exp`",
    mark: "confirmed: OIDC reference",
  },
  {
    theme: ASSERTIONS,
    cases: ["aud is the issuer"],
    reason:
      "`aud` is the URL of the endpoint called; whether Okta takes its issuer too is unknown (switch `extraAudiences`)",
    mark: "confirmed: OIDC reference",
  },
  {
    theme: ASSERTIONS,
    cases: ["aud is a list of the token endpoint and another"],
    reason: "Okta describes one text; the local Okta takes a list of one only",
    mark: "unknown: no description of lists",
  },
  {
    theme: ASSERTIONS,
    cases: ["no jti"],
    reason: "`jti` is optional",
    mark: "confirmed: OIDC reference",
  },
  {
    theme: ASSERTIONS,
    cases: ["parameters in the query of a POST without body"],
    reason: "Okta's Go SDKs send them so",
    mark: "confirmed: SDK code",
  },
  {
    theme: TOKENS,
    cases: ["org: no scope"],
    reason: "the org wants a scope named",
    mark: "confirmed: OAuth API description",
  },
  {
    theme: TOKENS,
    cases: ["org: a granted scope and one that is not"],
    reason: "the local Okta gives what is granted (switch `partialScopeGrants`)",
    mark: "unknown: subset or error",
  },
  {
    theme: TOKENS,
    cases: ["org: an okta scope that there is not"],
    reason: "it is not granted; the judge leaves out scopes that it does not know",
    mark: "inferred: only granted scopes are given",
  },
  {
    theme: TOKENS,
    cases: ["org: a custom scope", "org: a granted scope and a custom one"],
    reason: "the org never gives custom scopes; the judge leaves out scopes that it does not know",
    mark: "confirmed: authorization server concepts, devforum 13539",
  },
  {
    theme: TOKENS,
    cases: ["org: a secret"],
    reason: "client credentials at the org need private_key_jwt",
    mark: "confirmed: guide to OAuth for Okta's API",
  },
  {
    theme: TOKENS,
    cases: ["custom server: no scope"],
    reason: "without default scopes one must be named",
    mark: "confirmed: requests-oauthlib#463",
  },
  {
    theme: TOKENS,
    cases: ["custom server: a scope that it does not have", "custom server: a scope of the org"],
    reason: "an unknown scope is an error; the judge leaves it out",
    mark: "confirmed: public tests",
  },
  {
    theme: TOKENS,
    cases: ["in the body, by a client of the header", "in the header, by a client of the body"],
    reason:
      "the local Okta holds a client to its method (switch `bodyCredentialsOnBasicApps`); the judge takes both ways",
    mark: "unknown: how strict Okta is",
  },
  {
    theme: INTROSPECTION,
    cases: ["a live token, by an assertion for the token endpoint"],
    reason: "`aud` is the URL of the endpoint called",
    mark: "confirmed: OIDC reference",
  },
  {
    theme: INTROSPECTION,
    cases: ["revoking another client's token"],
    reason: "the token lives on, and the answer does not say so",
    mark: "inferred: OAuth API description of answers that leak nothing",
  },
  {
    theme: REGISTRATION,
    cases: ["a web client as Anypoint asks for it"],
    reason: "Okta knows the response type `token`, which Anypoint sends; the judge has given it up",
    mark: "confirmed: OAuth API description, trace of Anypoint",
  },
  {
    theme: REGISTRATION,
    cases: ["a service client", "a service client with null for what it has not"],
    reason:
      "Okta's application types are web, native, browser and service; lists that a client does not need may be null",
    mark: "confirmed: OAuth API description",
  },
  {
    theme: REGISTRATION,
    cases: ["a web client without the code flow"],
    reason: "a web client must have the code flow",
    mark: "confirmed: help.salesforce.com 001123173, OAuth API description",
  },
  {
    theme: REGISTRATION,
    cases: ["the implicit flow without its response types"],
    reason: "grant types and response types must fit; the judge drops a flow without its response type",
    mark: "inferred: OAuth API description, provider's checks",
  },
  {
    theme: REGISTRATION,
    cases: ["a web client without authentication"],
    reason: "a web client is confidential",
    mark: "inferred: OAuth API description of public clients",
  },
  {
    theme: REGISTRATION,
    cases: ["an empty set of keys"],
    reason: "private_key_jwt needs a key",
    mark: "inferred: provider's checks",
  },
  {
    theme: REGISTRATION,
    cases: ["an RSA key of 1024 bits", "two keys of one name", "two keys, one without a name"],
    reason: "keys of a client have 2048 bits, and names that tell them apart",
    mark: "confirmed: management API description",
  },
  {
    theme: REGISTRATION,
    cases: ["a chosen client_secret", "a chosen client_id"],
    reason: "they can't be chosen; the judge replaces them in silence (that Okta refuses is inferred)",
    mark: "confirmed: OAuth API description",
  },
  {
    theme: REGISTRATION,
    cases: ["no name", "changing a client without its name"],
    reason: "`client_name` is required",
    mark: "confirmed: OAuth API description",
  },
];
