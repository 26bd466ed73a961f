/** `--tls`: the local services over HTTPS, and the trust that this process and those of the engine need for it. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import tls from "node:tls";
import { type ServerCertificate, makeCertificates } from "./core/certificates.ts";

export interface LocalTls {
  readonly certificate: ServerCertificate;
  /** PEM file of the sandbox's own CA, for `curl --cacert` and the like. */
  readonly caFile: string;
  /** Environment in which Node.js and Go programs trust the CA beside what they trusted before. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Throws where this Node.js cannot be told at run time whom to trust. */
export function requireTls(): void {
  if (typeof tls.setDefaultCACertificates === "function") return;
  throw new Error(
    `--tls needs Node.js 22.19, 24.5 or newer; this is ${process.versions.node}. Put a newer Node.js first on PATH, or leave out --tls.`,
  );
}

/** Makes the certificates, writes what clients need into the folder, and has this process trust the CA. */
export async function startTls(folder: string): Promise<LocalTls> {
  requireTls();
  const { ca, server } = await makeCertificates();
  const caFile = join(folder, "ca.pem");
  // Both variables replace what was there, so the file has that too: a company's own CA, and the system's.
  const bundle = join(folder, "trusted.pem");
  const before = new Set([...tls.getCACertificates("system"), ...tls.getCACertificates("extra")]);
  await writeFile(caFile, ca);
  await writeFile(bundle, [...before, ca].map((pem) => `${pem.trim()}\n`).join(""));
  tls.setDefaultCACertificates([...tls.getCACertificates("default"), ca]);
  return { certificate: server, caFile, environment: { NODE_EXTRA_CA_CERTS: bundle, SSL_CERT_FILE: bundle } };
}
