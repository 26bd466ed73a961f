/** The package schema that a plugin answers with: enough for `pulumi import` and for tools that list its types. */
import type { Plugin } from "./plugin.ts";
import type { Properties, Property } from "./properties.ts";

function typeOf(property: Property): object {
  switch (property.type) {
    case "list":
    case "set":
      return { type: "array", items: { $ref: "pulumi.json#/Any" } };
    case "object":
      return { type: "object", additionalProperties: { $ref: "pulumi.json#/Any" } };
    case "string":
    case "boolean":
    case "integer":
      return { type: property.type };
  }
}

function schemaOf(properties: Properties, keep: (property: Property) => boolean): object {
  const kept = Object.entries(properties).filter(([, property]) => keep(property));
  return Object.fromEntries(
    kept.map(([name, property]) => [
      name,
      {
        ...typeOf(property),
        ...(property.secret === true && { secret: true }),
        ...(property.replaces === true && { willReplaceOnChanges: true }),
      },
    ]),
  );
}

/** JSON of the plugin's package schema. */
export function packageSchema<Context>(plugin: Plugin<Context>): string {
  const required = (properties: Properties): string[] =>
    Object.keys(properties).filter((name) => properties[name]?.required === true);
  const isInput = (property: Property): boolean => property.output !== true;
  return JSON.stringify({
    name: plugin.name,
    version: plugin.version,
    config: { variables: schemaOf(plugin.configuration, isInput) },
    provider: { inputProperties: schemaOf(plugin.configuration, isInput) },
    resources: Object.fromEntries(
      plugin.resources.map(({ token, properties }) => [
        token,
        {
          properties: schemaOf(properties, () => true),
          inputProperties: schemaOf(properties, isInput),
          requiredInputs: required(properties),
        },
      ]),
    ),
    functions: Object.fromEntries(
      plugin.functions.map(({ token, args, results }) => [
        token,
        {
          inputs: { type: "object", properties: schemaOf(args, () => true), required: required(args) },
          outputs: { type: "object", properties: schemaOf(results, () => true) },
        },
      ]),
    ),
  });
}
