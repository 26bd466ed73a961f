// @ts-check
// Imported before anything else, and written for any Node that knows ES modules: the other modules don't parse before Node 18.
var major = Number(process.versions.node.split(".")[0]);
if (major < 18) {
  console.error(
    "setup: this is Node " +
      process.versions.node +
      ". The set-up itself needs Node 18 or newer (the project's code needs 22.18, which the set-up fetches).\n" +
      "       Install a current Node, for example from https://nodejs.org, and run this again.",
  );
  process.exit(1);
}
