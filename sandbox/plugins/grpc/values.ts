/** Property values between the engine's protobuf form and plain JavaScript, with secrets and unknowns kept apart. */
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import type { JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb.js";

/** Inputs or outputs of a resource by property name. */
export type Props = Record<string, unknown>;

/** What stands for a value that a preview does not know yet. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

/** A value that is marked secret. */
export class Secret {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }

  /** Keeps the value out of text and JSON that someone makes by mistake. */
  toJSON(): string {
    return "[secret]";
  }
}

function isRecord(value: unknown): value is Props {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Secret);
}

function mapValues(record: Props, change: (value: unknown) => unknown): Props {
  const mapped: Props = {};
  for (const [key, value] of Object.entries(record)) {
    const changed = change(value);
    if (changed !== undefined && changed !== null) mapped[key] = changed;
  }
  return mapped;
}

function decodeValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decodeValue);
  if (!isRecord(value)) return value;
  if (value[SIGNATURE] === SECRET_SIGNATURE) return new Secret(decodeValue(value["value"]));
  return mapValues(value, decodeValue);
}

function encodeValue(value: unknown): unknown {
  if (value instanceof Secret) return { [SIGNATURE]: SECRET_SIGNATURE, value: encodeValue(value.value) };
  if (Array.isArray(value)) return value.map((item) => encodeValue(item) ?? null);
  return isRecord(value) ? mapValues(value, encodeValue) : value;
}

/** A protobuf struct as properties; secret values are {@link Secret}s, empty ones are left out. */
export function decode(struct: Struct | undefined): Props {
  return struct === undefined ? {} : (decodeValue(struct.toJavaScript()) as Props);
}

/** Properties as a protobuf struct; undefined ones are left out. */
export function encode(props: Props): Struct {
  return structPb.Struct.fromJavaScript(encodeValue(props) as Record<string, JavaScriptValue>);
}

/** A value without its secret marks. */
export function reveal(value: unknown): unknown {
  if (value instanceof Secret) return reveal(value.value);
  if (Array.isArray(value)) return value.map(reveal);
  return isRecord(value) ? mapValues(value, reveal) : value;
}

/** Properties without their secret marks. */
export const revealProps = (props: Props): Props => reveal(props) as Props;

/** Whether a value is unknown or has an unknown inside. */
export function containsUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (value instanceof Secret) return containsUnknown(value.value);
  if (Array.isArray(value)) return value.some(containsUnknown);
  return isRecord(value) && Object.values(value).some(containsUnknown);
}

function containsSecret(value: unknown): boolean {
  if (value instanceof Secret) return true;
  if (Array.isArray(value)) return value.some(containsSecret);
  return isRecord(value) && Object.values(value).some(containsSecret);
}

/**
 * A plain value with the secret marks of another one of the same shape. A list with a secret inside becomes secret as a
 * whole, since its items may come in another order.
 */
export function keepSecrets(plain: unknown, marked: unknown): unknown {
  if (plain === undefined || plain === null || !containsSecret(marked)) return plain;
  if (!isRecord(marked) || !isRecord(plain)) return new Secret(plain);
  const kept: Props = {};
  for (const [key, value] of Object.entries(plain)) kept[key] = keepSecrets(value, marked[key]);
  return kept;
}
