import { describe, expect, test } from "@jest/globals";
import { type ManualProvider, manualSteps } from "../../../operations/manual-steps/steps.ts";

const PROVIDER: ManualProvider = {
  stack: "dev",
  anypointUrl: "https://eu1.anypoint.mulesoft.com",
  organizationId: "org-1",
  name: "okta-dev",
  issuer: "https://acme.okta.com",
  registrationUrl: "https://acme.okta.com/oauth2/v1/clients",
  authorizeUrl: "https://acme.okta.com/oauth2/v1/authorize",
  tokenUrl: "https://acme.okta.com/oauth2/v1/token",
  introspectionUrl: "https://acme.okta.com/oauth2/aus1/v1/introspect",
  managerClientId: "mulesoft-client-manager-dev-1",
  managerScopes: ["okta.clients.read", "okta.clients.register"],
  inspectorClientId: "0oaInspector",
  allowLocalClientDeletion: true,
  allowExternalClientModification: false,
  timeoutSeconds: 7,
  validateCertificates: false,
};

describe("manualSteps", () => {
  test("are the article's twelve, with every value, the switches, and the way on", () => {
    expect(manualSteps(PROVIDER)).toBe(
      `Client provider "okta-dev" is made by hand (okta-anypoint:clientProvider.mode is manual):
   1. Anypoint (https://eu1.anypoint.mulesoft.com): Access Management > Client Providers > Add Client Provider > OpenID Connect Dynamic Client Registration. Name: okta-dev
   2. Issuer: https://acme.okta.com
   3. Client Registration URL: https://acme.okta.com/oauth2/v1/clients
   4. Authentication Method: Use OAuth2 private key jwt
   5. Token Client ID: mulesoft-client-manager-dev-1
   6. Token Client Private Key: the whole text of manager.pem, written once by
      npm run manager-key -- --stack dev --out manager.pem
   7. Token Client API Scopes: okta.clients.read okta.clients.register
   8. Client ID: 0oaInspector
   9. Client Secret: the text of inspector.txt, written once by
      npm run manager-key -- --stack dev --inspector-secret --out inspector.txt
  10. Authorize URL: https://acme.okta.com/oauth2/v1/authorize
  11. Token URL: https://acme.okta.com/oauth2/v1/token
  12. Token Introspection URL: https://acme.okta.com/oauth2/aus1/v1/introspect
In the same form, then Create:
      Enable client deletion in Anypoint Platform: on
      Enable client deletion and updates in IdP: off
      Client request timeout: 7 seconds
      Disable server certificate validation: on
Delete manager.pem and inspector.txt. Then give the stack the provider's id:
      npm run anypoint:learn -- --stack dev --provider okta-dev
      shows it; so does providerId in the answer of GET https://eu1.anypoint.mulesoft.com/accounts/api/organizations/org-1/clientProviders?search=okta-dev&ascending=true
      pulumi config set --path okta-anypoint:clientProvider.id ID --stack dev
      pulumi up --stack dev`,
    );
  });

  test("say what is not known before the first up, and quote a name for the shell", () => {
    const text = manualSteps({
      ...PROVIDER,
      ...{ name: "Okta's dev", organizationId: undefined, managerClientId: undefined },
      ...{ inspectorClientId: undefined, introspectionUrl: undefined },
    });
    for (const field of ["Token Client ID", "Client ID", "Token Introspection URL"]) {
      expect(text).toContain(`. ${field}: (known after the first \`pulumi up\`)`);
    }
    expect(text).toContain(`--provider 'Okta'\\''s dev'`);
    expect(text).toContain("/organizations/ROOT_ORGANIZATION_ID/clientProviders?search=Okta's%20dev&");
  });
});
