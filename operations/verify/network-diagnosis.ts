/** Why no answer came at all. */
import type { NetworkFailureKind, Unreachable } from "./http.ts";
import type { Diagnosis, Patience } from "./report.ts";

const FAILURES: Record<NetworkFailureKind, { means: string; whatToDo: string; patience: Patience }> = {
  dns: {
    means: "the host name is not known",
    whatToDo: "Correct the host name, or run where the name resolves (VPN, private DNS).",
    patience: "never",
  },
  refused: {
    means: "nothing listens there",
    whatToDo: "Check host and port, and that the server runs.",
    patience: "briefly",
  },
  tls: {
    means: "TLS failed: the certificate is not trusted here, does not fit the host, or the port does not speak TLS",
    whatToDo: "Check scheme and port; for a private CA set NODE_EXTRA_CA_CERTS to its certificate.",
    patience: "never",
  },
  timeout: {
    means: "it gave no answer in time",
    whatToDo: "Check that it is reachable from this machine (firewall, proxy: HTTPS_PROXY and NO_PROXY are honoured).",
    patience: "briefly",
  },
  broken: {
    means: "the connection failed",
    whatToDo: "Check scheme, host and port, and proxies in between.",
    patience: "briefly",
  },
};

/** `what` names the thing called, as in "API orders". */
export function diagnoseUnreachable({ failure, code }: Unreachable, what: string, url: string): Diagnosis {
  const { means, whatToDo, patience } = FAILURES[failure];
  return {
    code: `network-${failure}`,
    cause: `The ${what} at ${new URL(url).origin} could not be reached from here (${code}): ${means}.`,
    whatToDo,
    patience,
    waitingFor: `the ${what}`,
  };
}
