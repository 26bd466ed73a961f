/** Speaks to a plugin as the engine does: over gRPC, with protobuf structs. */
import grpc from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import type { Message } from "google-protobuf";
import { type Props, decode, encode } from "../../../sandbox/plugins/grpc/values.ts";
import type { Plugin } from "../../../sandbox/plugins/grpc/plugin.ts";
import { createProviderService } from "../../../sandbox/plugins/grpc/provider-service.ts";
import { startPluginServer } from "../../../sandbox/plugins/grpc/serve.ts";

export interface Change {
  readonly kind: string;
  readonly replaces: boolean;
}

export interface Stored {
  readonly id: string;
  readonly outputs: Props;
  readonly inputs: Props;
}

type Unary = (request: Message, callback: (error: grpc.ServiceError | null, response: unknown) => void) => void;

/** The resource that an error of a half-done creation carries. */
export function incompleteOf(error: unknown): Stored | undefined {
  const packed = (error as grpc.ServiceError).metadata.get("grpc-status-details-bin")[0];
  if (packed === undefined) return undefined;
  const [detail] = statusPb.Status.deserializeBinary(packed as Buffer).getDetailsList();
  if (detail?.getTypeName() !== "pulumirpc.ErrorResourceInitFailed") throw new Error("unexpected error detail");
  const failed = providerPb.ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
  return { id: failed.getId(), outputs: decode(failed.getProperties()), inputs: {} };
}

/** Starts a plugin in this process and gives its methods for one resource type at a time. */
export async function startPlugin<Context>(plugin: Plugin<Context>) {
  const server = await startPluginServer(createProviderService(plugin));
  const client = new providerGrpc.ResourceProviderClient(`127.0.0.1:${server.port}`, grpc.credentials.createInsecure());
  const call = <Response>(method: string, request: Message): Promise<Response> =>
    new Promise((resolve, reject) => {
      const unary = (client as unknown as Record<string, Unary>)[method]!.bind(client);
      unary(request, (error, response) => (error === null ? resolve(response as Response) : reject(error)));
    });

  const resource = (token: string, name = "it") => {
    const urn = `urn:pulumi:dev::test::${token}::${name}`;
    return {
      urn,
      async check(news: Props, olds: Props = {}) {
        const request = new providerPb.CheckRequest().setUrn(urn).setNews(encode(news)).setOlds(encode(olds));
        const response = await call<InstanceType<typeof providerPb.CheckResponse>>("check", request);
        const failures = response.getFailuresList().map((failure) => ({
          property: failure.getProperty(),
          reason: failure.getReason(),
        }));
        return { inputs: decode(response.getInputs()), failures };
      },
      async diff(state: Props, inputs: Props): Promise<Record<string, Change>> {
        const request = new providerPb.DiffRequest().setUrn(urn).setOlds(encode(state)).setNews(encode(inputs));
        const response = await call<InstanceType<typeof providerPb.DiffResponse>>("diff", request);
        const kinds = Object.entries(providerPb.PropertyDiff.Kind);
        const changes: Record<string, Change> = {};
        response.getDetaileddiffMap().forEach((detail: InstanceType<typeof providerPb.PropertyDiff>, key: string) => {
          const kind = String(kinds.find(([, value]) => value === detail.getKind())?.[0]);
          changes[key] = { kind: kind.replace("_REPLACE", ""), replaces: kind.endsWith("_REPLACE") };
        });
        return changes;
      },
      async create(inputs: Props, preview = false): Promise<Stored> {
        const request = new providerPb.CreateRequest().setUrn(urn).setProperties(encode(inputs)).setPreview(preview);
        const response = await call<InstanceType<typeof providerPb.CreateResponse>>("create", request);
        return { id: response.getId(), outputs: decode(response.getProperties()), inputs };
      },
      async read(id: string, state: Props = {}, inputs: Props = {}): Promise<Stored> {
        const request = new providerPb.ReadRequest()
          .setUrn(urn)
          .setId(id)
          .setProperties(encode(state))
          .setInputs(encode(inputs));
        const response = await call<InstanceType<typeof providerPb.ReadResponse>>("read", request);
        return {
          id: response.getId(),
          outputs: decode(response.getProperties()),
          inputs: decode(response.getInputs()),
        };
      },
      async update(id: string, state: Props, inputs: Props, preview = false): Promise<Props> {
        const request = new providerPb.UpdateRequest()
          .setUrn(urn)
          .setId(id)
          .setOlds(encode(state))
          .setNews(encode(inputs))
          .setPreview(preview);
        const response = await call<InstanceType<typeof providerPb.UpdateResponse>>("update", request);
        return decode(response.getProperties());
      },
      async delete(id: string, state: Props): Promise<void> {
        const request = new providerPb.DeleteRequest().setUrn(urn).setId(id).setProperties(encode(state));
        await call("delete", request);
      },
    };
  };

  return {
    resource,
    call,
    configure: (config: Props) => call("configure", new providerPb.ConfigureRequest().setArgs(encode(config))),
    async invoke(token: string, args: Props): Promise<Props> {
      const request = new providerPb.InvokeRequest().setTok(token).setArgs(encode(args));
      const response = await call<InstanceType<typeof providerPb.InvokeResponse>>("invoke", request);
      // As the engine does.
      const [failure] = response.getFailuresList();
      if (failure !== undefined) throw new Error(`${failure.getProperty()}: ${failure.getReason()}`);
      return decode(response.getReturn());
    },
    close() {
      client.close();
      server.close();
    },
  };
}

export type RunningPlugin = Awaited<ReturnType<typeof startPlugin>>;
