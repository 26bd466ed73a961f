// Entry of `pulumi up`: plain JavaScript, so that an old Node gets a clear message in place of a parse error.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  throw new Error(
    `okta-anypoint needs Node.js 22.18 or newer, which runs TypeScript by itself; this is ${process.versions.node}. ` +
      "Put a newer Node.js first on PATH and run the command again.",
  );
}
const { default: program } = await import("./index.ts");
export default program;
