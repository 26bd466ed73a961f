/** How a remote call can fail half-way. */
import type { Fault } from "../../sandbox/core/faults.ts";

/** What is told apart in the results. */
export const FAULT_CLASSES = ["before it took effect", "answer lost", "connection cut", "too many requests"] as const;
export type FaultClass = (typeof FAULT_CLASSES)[number];

export interface Way extends Pick<Fault, "kind" | "status" | "headers"> {
  readonly faultClass: FaultClass;
}

/** The limit is over at once, so that nothing waits. */
const tooMany: Way = {
  faultClass: "too many requests",
  kind: "refuse",
  status: 429,
  headers: { "retry-after": "0", "x-rate-limit-reset": "0" },
};

/** A read has no effect to lose. */
export const WAYS: Readonly<Record<"read" | "write", readonly Way[]>> = {
  read: [
    { faultClass: "before it took effect", kind: "refuse", status: 503 },
    tooMany,
    { faultClass: "connection cut", kind: "cut" },
  ],
  write: [
    { faultClass: "before it took effect", kind: "refuse", status: 500 },
    tooMany,
    { faultClass: "answer lost", kind: "lose", status: 504 },
    { faultClass: "answer lost", kind: "lose", status: 500 },
    { faultClass: "connection cut", kind: "cut" },
  ],
};

/** A token that nobody got is no effect. */
const READING = /\/(token|introspect)$/;

/** The ways in which a call can fail; its path without a query. */
export const waysOf = (method: string, path: string): readonly Way[] =>
  WAYS[method === "GET" || READING.test(path) ? "read" : "write"];
