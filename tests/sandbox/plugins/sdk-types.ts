/** What the published SDKs say of a type, and what the product does with it, by the TypeScript compiler and the SDKs' compiled code. */
import { readFileSync, readdirSync } from "node:fs";
import { join, sep } from "node:path";
import ts from "typescript";
import type { Properties, Property } from "../../../sandbox/plugins/grpc/properties.ts";

const ROOT = join(import.meta.dirname, "../../..");
const PACKAGES = ["@pulumi/okta", "@pulumi/command"].map((name) => join(ROOT, "node_modules", name));
/** Where the product registers resources and reads what they give. */
const PRODUCT = ["program.ts", "index.ts", "components"];

/** A type as text: `string`, `number`, `boolean`, `any`, `string[]`, `{string}` of a map, `{kid!: string, n: string}[]`. */
export type Shape = string;

export interface Member {
  readonly shape: Shape;
  readonly required: boolean;
  /** The default that the text of the SDK names. */
  readonly documentedDefault?: string;
}

/** A resource, a provider or a function of an SDK. */
export interface SdkType {
  readonly inputs: ReadonlyMap<string, Member>;
  readonly outputs: ReadonlyMap<string, Member>;
  /** Inputs and outputs that the SDK marks secret. */
  readonly secrets: readonly string[];
  /** Inputs whose change the SDK has replace the resource. */
  readonly replaces: readonly string[];
  /** Earlier types of the resource. */
  readonly aliases: readonly string[];
}

/** What the product does with a type: inputs that it passes, outputs that it reads. */
export interface Use {
  readonly inputs: Set<string>;
  readonly outputs: Set<string>;
}

/** Tokens of resources and functions by the file of their compiled code, and that code. */
function compiled(): Map<string, { file: string; code: string }> {
  const found = new Map<string, { file: string; code: string }>();
  for (const folder of PACKAGES) {
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
    for (const name of files.filter((one) => one.endsWith(".js") && !one.startsWith(`node_modules${sep}`))) {
      const file = join(folder, name);
      const code = readFileSync(file, "utf8");
      const token = /__pulumiType = ['"]([^'"]+)['"]|pulumi\.runtime\.invoke\(["']([^"']+)["']/.exec(code);
      if (token !== null) found.set(token[1] ?? token[2] ?? "", { file: file.replace(/\.js$/, ".d.ts"), code });
    }
  }
  return found;
}

const quoted = (text: string | undefined): string[] =>
  [...(text ?? "").matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? "");

/** The SDKs and the product, read once. */
export function readSdks() {
  const files = compiled();
  const sources = PRODUCT.flatMap((name) =>
    name.endsWith(".ts")
      ? [name]
      : readdirSync(join(ROOT, name), { recursive: true, encoding: "utf8" }).map((file) => join(name, file)),
  )
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(ROOT, name));
  const { config } = ts.readConfigFile(join(ROOT, "tsconfig.json"), (path) => ts.sys.readFile(path)) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
  const program = ts.createProgram(sources, { ...options, noEmit: true, incremental: false, composite: false });
  const checker = program.getTypeChecker();
  const tokenOfFile = new Map([...files].map(([token, { file }]) => [file, token]));

  /** The token of the SDK's class or function that a symbol is; undefined for anything else. */
  function tokenOf(symbol: ts.Symbol | undefined): string | undefined {
    const declaration = symbol?.declarations?.find(
      (one) => ts.isClassDeclaration(one) || ts.isFunctionDeclaration(one),
    );
    return declaration && tokenOfFile.get(join(declaration.getSourceFile().fileName));
  }

  function type(token: string): SdkType | undefined {
    const found = files.get(token);
    const source = found && program.getSourceFile(found.file);
    if (found === undefined || source === undefined) return undefined;
    const interfaces = source.statements.filter((statement) => ts.isInterfaceDeclaration(statement));
    const named = (ending: string) => interfaces.find(({ name }) => name.text.endsWith(ending));
    const isClass = source.statements.find((statement) => ts.isClassDeclaration(statement));
    const marks = /additionalSecretOutputs: (\[[^\]]*\])/.exec(found.code)?.[1];
    const wrapped = [...found.code.matchAll(/pulumi\.secret\(args\.(\w+)\)/g)].map((match) => match[1] ?? "");
    return {
      inputs: members(named("Args")?.members ?? []),
      outputs: members((isClass ?? named("Result"))?.members ?? []),
      secrets: [...new Set([...quoted(marks), ...wrapped])].sort(),
      replaces: quoted(/replaceOnChanges: (\[.*\])/.exec(found.code)?.[1]).map((path) => path.replace("[*]", "")),
      aliases: [...(/aliases: \[(.*)\]/.exec(found.code)?.[1] ?? "").matchAll(/type: "([^"]+)"/g)].map(
        (match) => match[1] ?? "",
      ),
    };
  }

  /** Members that hold a value; of a class its outputs, which the SDK declares as such. */
  function members(nodes: readonly ts.Node[]): Map<string, Member> {
    const found = new Map<string, Member>();
    for (const node of nodes) {
      if (!ts.isPropertySignature(node) && !ts.isPropertyDeclaration(node)) continue;
      if (node.type === undefined || ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Static) continue;
      found.set(node.name.getText().replaceAll(/["']/g, ""), {
        shape: shapeOf(node.type),
        required: node.questionToken === undefined,
        documentedDefault: /\bdefault(?:: | is | to |, it is )`([^`[]+)`/i.exec(node.getFullText())?.[1],
      });
    }
    return found;
  }

  function shapeOf(node: ts.TypeNode): Shape {
    if (ts.isUnionTypeNode(node)) {
      const shapes = node.types.map(shapeOf).filter((shape) => shape !== "undefined");
      return [...new Set(shapes)].join(" | ");
    }
    if (ts.isArrayTypeNode(node)) return `${shapeOf(node.elementType)}[]`;
    if (ts.isTypeLiteralNode(node)) {
      const index = node.members.find((member) => ts.isIndexSignatureDeclaration(member));
      return index === undefined ? "object" : `{${shapeOf(index.type)}}`;
    }
    if (!ts.isTypeReferenceNode(node)) return node.getText();
    const name = node.typeName.getText();
    const [argument] = node.typeArguments ?? [];
    if (argument !== undefined && /^pulumi\.(Input|Output)$/.test(name)) return shapeOf(argument);
    const resolved = checker.getTypeFromTypeNode(node);
    if (resolved.isUnion() && resolved.types.every((one) => one.isStringLiteral())) return "string";
    const declaration = resolved.symbol?.declarations?.find((one) => ts.isInterfaceDeclaration(one));
    return declaration === undefined ? name : objectShape(members(declaration.members));
  }

  /** What the product does with the SDKs, by token. */
  function uses(): Map<string, Use> {
    const found = new Map<string, Use>();
    const use = (token: string): Use => {
      const one = found.get(token) ?? { inputs: new Set<string>(), outputs: new Set<string>() };
      found.set(token, one);
      return one;
    };
    const reads = (of: ts.Node, names: string[]): void => {
      const type = checker.getTypeAtLocation(of);
      const token = tokenOf(type.symbol);
      if (token === undefined) return;
      for (const name of names) if (name !== "id" && name !== "urn") use(token).outputs.add(name);
    };
    const passes = (token: string, args: ts.Expression | undefined): void => {
      const given = use(token).inputs;
      if (args === undefined) return;
      for (const { name } of checker.getTypeAtLocation(args).getProperties()) given.add(name);
    };
    const visit = (node: ts.Node): void => {
      if (ts.isNewExpression(node)) {
        const token = tokenOf(checker.getTypeAtLocation(node).symbol);
        if (token !== undefined) passes(token, node.arguments?.[1]);
      } else if (ts.isCallExpression(node)) {
        const symbol = checker.getTypeAtLocation(node.expression).symbol as ts.Symbol | undefined;
        const token = tokenOf(symbol);
        if (token !== undefined) passes(token, node.arguments[0]);
      } else if (ts.isPropertyAccessExpression(node)) reads(node.expression, [node.name.text]);
      else if (ts.isObjectBindingPattern(node)) {
        reads(
          node,
          node.elements.map((element) => (element.propertyName ?? element.name).getText()),
        );
      }
      ts.forEachChild(node, visit);
    };
    for (const file of sources) visit(program.getSourceFile(file)!);
    return found;
  }

  return { type, uses };
}

const objectShape = (members: ReadonlyMap<string, Member>): Shape =>
  `{${[...members]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { required, shape }]) => `${name}${required ? "!" : ""}: ${shape}`)
    .join(", ")}}`;

/** The shape of a stand-in's property, in the same words. */
export function shapeOfProperty({ type, items = "string", fields }: Property): Shape {
  const content =
    fields &&
    objectShape(
      new Map(
        Object.entries(fields).map(([name, one]) => [
          name,
          { shape: shapeOfProperty(one), required: one.required === true },
        ]),
      ),
    );
  switch (type) {
    case "string":
    case "boolean":
      return type;
    case "integer":
      return "number";
    case "list":
    case "set":
      return `${content ?? items}[]`;
    case "object":
      return content ?? `{${items}}`;
  }
}

export interface Comparison {
  /** One line for each difference. */
  readonly differences: string[];
  /** Inputs that the SDK knows, the stand-in does not take, and the product never passes. */
  readonly notTaken: string[];
  /** Outputs that the SDK knows, the stand-in does not give, and the product never reads. */
  readonly notGiven: string[];
}

/** A stand-in's properties held to an SDK's type. */
export function compare(properties: Properties, sdk: SdkType, used: Use): Comparison {
  const differences: string[] = [];
  const takes = (name: string): boolean =>
    properties[name] !== undefined && properties[name].output !== true && properties[name].unsupported !== true;
  for (const [name, property] of Object.entries(properties)) {
    const input = sdk.inputs.get(name);
    const output = sdk.outputs.get(name);
    if (property.output !== true && input === undefined)
      differences.push(`${name}: an input that the SDK does not know`);
    if (property.output === true && input !== undefined)
      differences.push(`${name}: an input of the SDK that is an output here`);
    if (output === undefined && property.writeOnly !== true)
      differences.push(`${name}: an output that the SDK does not know`);
    const known = input ?? output;
    if (known === undefined) continue;
    if (input !== undefined && input.required !== (property.required === true)) {
      differences.push(`${name}: ${input.required ? "required" : "not required"} by the SDK`);
    }
    if (input?.documentedDefault !== undefined && input.documentedDefault !== String(property.default)) {
      differences.push(`${name}: by default ${input.documentedDefault} in the SDK, ${String(property.default)} here`);
    }
    const shape = shapeOfProperty(property);
    // Of what the stand-in refuses it need not know more than the kind.
    const same = property.unsupported === true ? kindOf(shape) === kindOf(known.shape) : shape === known.shape;
    if (!same) differences.push(`${name}: ${known.shape} in the SDK, ${shape} here`);
    if (sdk.secrets.includes(name) !== (property.secret === true)) {
      differences.push(`${name}: ${property.secret === true ? "not secret" : "secret"} in the SDK`);
    }
    if (sdk.replaces.includes(name) && property.replaces !== true) differences.push(`${name}: replaces in the SDK`);
  }
  const notTaken = [...sdk.inputs.keys()].filter((name) => !takes(name)).sort();
  for (const name of notTaken)
    if (used.inputs.has(name)) differences.push(`${name}: an input that the product passes, not taken here`);
  const notGiven = [...sdk.outputs.keys()].filter((name) => name !== "id" && properties[name] === undefined).sort();
  for (const name of used.outputs)
    if (properties[name] === undefined) differences.push(`${name}: an output that the product reads, not given here`);
  return {
    differences,
    notTaken: notTaken.filter((name) => !used.inputs.has(name)),
    notGiven: notGiven.filter((name) => !used.outputs.has(name)),
  };
}

const kindOf = (shape: Shape): string => (shape.endsWith("[]") ? "array" : shape.startsWith("{") ? "object" : shape);
