/** The engine's resource provider protocol on top of a {@link Plugin}. */
import grpc from "@grpc/grpc-js";
import anyPb from "google-protobuf/google/protobuf/any_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import type * as provider from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import { packageSchema } from "./package-schema.ts";
import { IncompleteError, type Plugin, type ResourceModule, type Target } from "./plugin.ts";
import { type CheckFailure, DEFAULTS_KEY, type Properties, checkInputs } from "./properties.ts";
import { type PropertyChange, diffProperties, isUnset, sameValue } from "./property-diff.ts";
import { type Props, Secret, UNKNOWN, decode, encode, keepSecrets, revealProps } from "./values.ts";

type Call<Request> = { request: Request };
type Callback<Response> = (error: Partial<grpc.StatusObject> | null, response?: Response) => void;

/** The gRPC service of a plugin. What it leaves out (handshake, parameterize, construct, …) is answered as unimplemented. */
export function createProviderService<Context>(plugin: Plugin<Context>): grpc.UntypedServiceImplementation {
  const resources = new Map(plugin.resources.map((module) => [module.token, module]));
  const functions = new Map(plugin.functions.map((module) => [module.token, module]));
  let configured: Promise<Context> | undefined;

  const context = (): Promise<Context> => {
    if (configured === undefined) throw new Error(`The ${plugin.name} plugin was not configured before its first use.`);
    return configured;
  };
  const moduleOf = (urn: string): ResourceModule<Context> => {
    const token = (urn.split("::")[2] ?? "").split("$").at(-1) ?? "";
    const module = resources.get(token);
    if (module === undefined) {
      throw new Error(
        `The stand-in of the ${plugin.name} plugin has no resource type ${token}; it has ${[...resources.keys()].join(", ")}.`,
      );
    }
    return module;
  };

  return {
    getPluginInfo: unary(async () => new pluginPb.PluginInfo().setVersion(plugin.version)),
    getSchema: unary(async () => new providerPb.GetSchemaResponse().setSchema(packageSchema(plugin))),
    cancel: unary(async () => new emptyPb.Empty()),

    checkConfig: unary(async (request: provider.CheckRequest) =>
      new providerPb.CheckResponse().setInputs(request.getNews()),
    ),
    diffConfig: unary(async (request: provider.DiffRequest) => {
      const keys = Object.keys(plugin.configuration);
      const pick = (props: Props): string => JSON.stringify(keys.map((key) => props[key] ?? null));
      const same = pick(revealProps(decode(request.getOlds()))) === pick(revealProps(decode(request.getNews())));
      return new providerPb.DiffResponse().setChanges(changesOf(!same));
    }),
    configure: unary(async (request: provider.ConfigureRequest) => {
      configured = plugin.configure(revealProps(decode(request.getArgs())));
      await configured;
      return new providerPb.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true);
    }),

    invoke: unary(async (request: provider.InvokeRequest) => {
      const module = functions.get(request.getTok());
      if (module === undefined) {
        throw new Error(`The stand-in of the ${plugin.name} plugin has no function ${request.getTok()}.`);
      }
      const { inputs, failures } = checkInputs(decode(request.getArgs()), {
        name: request.getTok(),
        properties: module.args,
        recordDefaults: false,
        oldInputs: {},
      });
      if (failures.length > 0) return new providerPb.InvokeResponse().setFailuresList(failures.map(failureOf));
      const result = await module.invoke(await context(), revealProps(inputs));
      return new providerPb.InvokeResponse().setReturn(encode(result));
    }),

    check: unary(async (request: provider.CheckRequest) => {
      const module = moduleOf(request.getUrn());
      const { inputs, failures } = checkInputs(decode(request.getNews()), {
        name: targetOf(request.getUrn()).name,
        properties: module.properties,
        autoname: module.autoname,
        recordDefaults: plugin.recordDefaults,
        oldInputs: decode(request.getOlds()),
      });
      const further = failures.length === 0 ? (module.validate?.(revealProps(inputs)) ?? []) : [];
      return new providerPb.CheckResponse()
        .setInputs(encode(inputs))
        .setFailuresList([...failures, ...further].map(failureOf));
    }),

    diff: unary(async (request: provider.DiffRequest) => {
      const module = moduleOf(request.getUrn());
      const state = revealProps(decode(request.getOlds()));
      const inputs = revealProps(decode(request.getNews()));
      const ignored = new Set(request.getIgnorechangesList());
      const also = new Set(module.alsoReplaces?.(inputs, state));
      const changes = diffProperties(module.properties, state, inputs)
        .filter(({ property }) => !ignored.has(property))
        .map((change) => ({ ...change, replaces: change.replaces || also.has(change.property) }));
      return diffResponse(changes);
    }),

    create: unary(async (request: provider.CreateRequest) => {
      const module = moduleOf(request.getUrn());
      const marked = decode(request.getProperties());
      const inputs = withoutDefaults(revealProps(marked));
      const response = new providerPb.CreateResponse();
      if (request.getPreview()) {
        const outputs = { ...unknownOutputs(module.properties, inputs, false), ...inputs };
        return response.setProperties(encode(markOutputs(module.properties, outputs, marked)));
      }
      const stored = await marking(module.properties, marked, async () =>
        module.create(await context(), inputs, targetOf(request.getUrn())),
      );
      return response
        .setId(stored.id)
        .setProperties(encode(markOutputs(module.properties, { ...stored.outputs, id: stored.id }, marked)));
    }),

    update: unary(async (request: provider.UpdateRequest) => {
      const module = moduleOf(request.getUrn());
      const marked = decode(request.getNews());
      const inputs = withoutDefaults(revealProps(marked));
      const state = revealProps(decode(request.getOlds()));
      const id = request.getId();
      const response = new providerPb.UpdateResponse();
      if (request.getPreview()) {
        const outputs = { ...state, ...inputs, ...unknownOutputs(module.properties, inputs, true) };
        return response.setProperties(encode(markOutputs(module.properties, outputs, marked)));
      }
      const outputs = await marking(module.properties, marked, async () =>
        module.update(await context(), id, inputs, state, targetOf(request.getUrn())),
      );
      return response.setProperties(encode(markOutputs(module.properties, { ...outputs, id }, marked)));
    }),

    read: unary(async (request: provider.ReadRequest) => {
      const module = moduleOf(request.getUrn());
      const oldInputs = decode(request.getInputs());
      const oldState = decode(request.getProperties());
      const stored = await module.read(await context(), request.getId(), revealProps(oldState));
      const response = new providerPb.ReadResponse();
      if (stored === undefined) return response;
      const inputs =
        Object.keys(oldInputs).length === 0
          ? importedInputs(module.properties, stored.outputs)
          : refreshedInputs(module.properties, oldInputs, stored.outputs);
      const marked = { ...oldState, ...oldInputs };
      return response
        .setId(stored.id)
        .setInputs(encode(markOutputs(module.properties, inputs, marked)))
        .setProperties(encode(markOutputs(module.properties, { ...stored.outputs, id: stored.id }, marked)));
    }),

    delete: unary(async (request: provider.DeleteRequest) => {
      const module = moduleOf(request.getUrn());
      const state = revealProps(decode(request.getProperties()));
      await module.delete(await context(), request.getId(), state, targetOf(request.getUrn()));
      return new emptyPb.Empty();
    }),
  };
}

/** One request, one answer; what is thrown becomes the gRPC error. */
function unary<Request, Response>(answer: (request: Request) => Promise<Response>) {
  return (call: Call<Request>, callback: Callback<Response>): void => {
    answer(call.request).then(
      (response) => callback(null, response),
      (error: unknown) => callback(statusOf(error)),
    );
  };
}

/** An error as gRPC status; an {@link IncompleteError} carries the resource along in the way the engine reads it. */
function statusOf(error: unknown): Partial<grpc.StatusObject> {
  const message = error instanceof Error ? error.message : String(error);
  const metadata = new grpc.Metadata();
  if (error instanceof IncompleteError) {
    const detail = new providerPb.ErrorResourceInitFailed()
      .setId(error.id)
      .setProperties(encode({ ...error.outputs, id: error.id }))
      .setReasonsList([message]);
    const packed = new anyPb.Any();
    packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new statusPb.Status().setCode(grpc.status.UNKNOWN).setMessage(message).setDetailsList([packed]);
    metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  }
  return { code: grpc.status.UNKNOWN, details: message, metadata };
}

/** Gives the outputs of an {@link IncompleteError} their secret marks on the way out. */
async function marking<T>(properties: Properties, marked: Props, steps: () => Promise<T>): Promise<T> {
  try {
    return await steps();
  } catch (error) {
    if (!(error instanceof IncompleteError)) throw error;
    throw new IncompleteError(error.message, {
      id: error.id,
      outputs: markOutputs(properties, error.outputs, marked),
    });
  }
}

function targetOf(urn: string): Target {
  return { urn, name: urn.split("::").slice(3).join("::") };
}

function failureOf(failure: CheckFailure): provider.CheckFailure {
  return new providerPb.CheckFailure().setProperty(failure.property).setReason(failure.reason);
}

function changesOf(some: boolean): provider.DiffResponse.DiffChanges {
  const { DIFF_SOME, DIFF_NONE } = providerPb.DiffResponse.DiffChanges;
  return some ? DIFF_SOME : DIFF_NONE;
}

function diffResponse(changes: PropertyChange[]): provider.DiffResponse {
  const { Kind } = providerPb.PropertyDiff;
  const kinds = {
    add: [Kind.ADD, Kind.ADD_REPLACE],
    delete: [Kind.DELETE, Kind.DELETE_REPLACE],
    update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
  } as const;
  const response = new providerPb.DiffResponse()
    .setChanges(changesOf(changes.length > 0))
    .setHasdetaileddiff(true)
    .setDiffsList(changes.map(({ property }) => property))
    .setReplacesList(changes.filter(({ replaces }) => replaces).map(({ property }) => property));
  for (const { property, kind, replaces } of changes) {
    const detail = new providerPb.PropertyDiff().setKind(kinds[kind][replaces ? 1 : 0]);
    response.getDetaileddiffMap().set(property, detail);
  }
  return response;
}

function withoutDefaults(inputs: Props): Props {
  const { [DEFAULTS_KEY]: _, ...rest } = inputs;
  return rest;
}

/** Outputs that a preview cannot know: of a creation all that the service fills, of an update those that it may change. */
function unknownOutputs(properties: Properties, inputs: Props, update: boolean): Props {
  const names = Object.entries(properties)
    .filter(
      ([name, property]) => inputs[name] === undefined && (property.output === true || property.computed === true),
    )
    .filter(([, property]) => !update || property.unknownOnUpdate === true)
    .map(([name]) => [name, UNKNOWN]);
  return Object.fromEntries(names) as Props;
}

/** Outputs with the secret marks of the inputs and of the properties that are always secret. */
function markOutputs(properties: Properties, outputs: Props, marked: Props): Props {
  const result: Props = {};
  for (const [name, value] of Object.entries(outputs)) {
    const kept = keepSecrets(value, marked[name]);
    const wrap = properties[name]?.secret === true && !isUnset(value) && value !== UNKNOWN && !(kept instanceof Secret);
    result[name] = wrap ? new Secret(value) : kept;
  }
  return result;
}

/** Inputs after a refresh: those of the program, with what is different now. */
function refreshedInputs(properties: Properties, oldInputs: Props, outputs: Props): Props {
  const plain = revealProps(oldInputs);
  const inputs: Props = {};
  for (const [name, value] of Object.entries(plain)) {
    const property = properties[name];
    const differs = property !== undefined && property.writeOnly !== true && !sameValue(property, value, outputs[name]);
    inputs[name] = differs ? outputs[name] : value;
  }
  return inputs;
}

/** Inputs of a program that would make a resource as it is: everything but empty values and defaults. */
function importedInputs(properties: Properties, outputs: Props): Props {
  const defaulted: string[] = [];
  const inputs: Props = {};
  for (const [name, property] of Object.entries(properties)) {
    const value = outputs[name];
    if (property.output === true || property.unsupported === true || property.writeOnly === true) continue;
    if (property.keptWhenUnset === true || (isUnset(value) && property.default === undefined)) continue;
    inputs[name] = value;
    if (value === property.default) defaulted.push(name);
  }
  return { ...inputs, [DEFAULTS_KEY]: defaulted };
}
