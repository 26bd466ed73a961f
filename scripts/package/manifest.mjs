// @ts-check
// The package.json of the npm package, made from the checkout's, so that the two name the same entries.

/** What the program of the user brings, because there must be one of it. */
const SHARED = "@pulumi/pulumi";
const KEPT = ["name", "version", "description", "license", "type", "engines", "keywords"];

/**
 * @typedef {{ version: string, exports: Record<string, string>, dependencies: Record<string, string> } & Record<string, unknown>} Manifest
 * @typedef {{ exports: Record<string, string>, dependencies: Record<string, string>, peerDependencies: Record<string, string> } & Record<string, unknown>} Published
 */

/**
 * Entries point to compiled files; dependencies are those that the modules import. Throws for an import that package.json does not declare.
 * @param {Manifest} own the checkout's
 * @param {readonly string[]} modules text of every compiled module
 * @returns {Published}
 */
export function manifest(own, modules) {
  const used = new Set(modules.flatMap(packagesOf));
  used.delete(String(own.name));
  const undeclared = [...used].filter((name) => own.dependencies[name] === undefined);
  if (undeclared.length > 0) {
    throw new Error(`${undeclared.join(", ")}: imported by the package, but not in package.json's "dependencies".`);
  }
  const dependencies = Object.fromEntries(
    Object.entries(own.dependencies).filter(([name]) => used.has(name) && name !== SHARED),
  );
  return {
    ...Object.fromEntries(KEPT.map((key) => [key, own[key]])),
    // So that `npm publish` goes nowhere by accident: nobody here owns the name in a public registry.
    private: true,
    exports: Object.fromEntries(
      Object.entries(own.exports).map(([entry, file]) => [entry, file.replace(/\.ts$/, ".js")]),
    ),
    dependencies,
    peerDependencies: { [SHARED]: `^${own.dependencies[SHARED]}` },
  };
}

/**
 * @param {string} text a compiled module
 * @returns {string[]} names of the packages that it imports
 */
function packagesOf(text) {
  const imports = /(?:\bfrom |\bimport |\bimport\(|\brequire\()["']((?:@[\w.-]+\/)?[\w-][\w.-]*)(?:\/[^"']*)?["']/g;
  return [...withoutBuiltIn(text).matchAll(imports)].map(([, name]) => String(name));
}

const withoutBuiltIn = (/** @type {string} */ text) => text.replaceAll(/["']node:[\w/]+["']/g, "");

/**
 * Declarations keep the names of the sources' files, which the package has not.
 * @param {string} declarations
 */
export const withCompiledImports = (declarations) =>
  declarations.replaceAll(/((?:\bfrom |\bimport |\bimport\()["']\.{1,2}\/[^"']*)\.ts(["'])/g, "$1.js$2");
