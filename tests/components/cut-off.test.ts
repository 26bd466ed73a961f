/** What is said beside an error of the Okta plugin. */
import { expect, test } from "@jest/globals";
import { adviceFor } from "../../components/cut-off.ts";

const COMMAND = "`npm run repair-state -- --stack dev`";
const API = "the API returned an error: Api validation failed";

test.each([
  ["create", `${API}: client_id. Causes: errorSummary: client_id: A client with this 'client_id' already exists.`],
  ["create", `${API}: name. Causes: errorSummary: name: An object with this field already exists`],
  ["create", "the API returned an error: Duplicate role assignment exception."],
  ["create", `${API}: name. Causes: errorSummary: name: Policy name already in use`],
])("%s: %s: made by an earlier run", (operation, error) => {
  const advice = adviceFor(operation, error, "dev");
  expect(advice).toContain("made by an earlier run that was cut off");
  expect(advice).toContain(COMMAND);
});

test.each([
  ["create", "failed to create OAuth application: the API returned an unknown error"],
  ["create", 'Post "https://acme.okta.com/api/v1/apps": EOF'],
  ["create", "context deadline exceeded"],
  ["create", "read: connection reset by peer"],
])("%s: %s: may have been made all the same", (operation, error) => {
  const advice = adviceFor(operation, error, "dev");
  expect(advice).toContain("its answer did not come");
  expect(advice).toContain(COMMAND);
});

test.each([
  ["update", "the API returned an error: Not found: Resource not found: 0oa1 (AppInstance)"],
  ["delete", "the API returned an error: Not found: Resource not found: 00p1 (Policy)"],
  ["create", "the API returned an error: Not found: Resource not found: aus1 (AuthorizationServer)"],
])("%s: %s: deleted by hand", (operation, error) => {
  expect(adviceFor(operation, error, "dev")).toContain("takes what is gone out of the state");
});

test.each([
  ["create", `${API}: redirect_uris. Causes: errorSummary: redirect_uris: at least one is needed`],
  ["create", "the API returned an error: You do not have permission to perform the requested action"],
  ["update", "the API returned an unknown error"],
])("%s: %s: nothing to say", (operation, error) => {
  expect(adviceFor(operation, error, "dev")).toBeUndefined();
});
