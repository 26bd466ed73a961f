/** Messages to the person who runs the engine. */
import grpc from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";

/** Shows a message beside a resource. */
export type EngineLog = (urn: string, message: string) => Promise<void>;

/** Messages to the engine at an address, `127.0.0.1:4711` for example; without one they are dropped. */
export function engineLog(address: string | undefined): EngineLog {
  if (address === undefined) return async () => undefined;
  const client = new engineGrpc.EngineClient(address, grpc.credentials.createInsecure());
  return (urn, message) =>
    new Promise((resolve) => {
      const request = new enginePb.LogRequest().setSeverity(enginePb.LogSeverity.INFO).setUrn(urn).setMessage(message);
      // A message that cannot be shown is no reason to fail the resource.
      client.log(request, () => resolve());
    });
}
