/** A certificate authority of a few days, and the certificate of the local servers that it has signed. */
import { generate } from "selfsigned";

export interface ServerCertificate {
  readonly key: string;
  readonly cert: string;
}

export interface Certificates {
  /** The authority's certificate: what a client has to trust. Its key is forgotten. All are PEM. */
  readonly ca: string;
  readonly server: ServerCertificate;
}

const LIFETIME_MS = 7 * 24 * 3600 * 1000;

/** Makes both anew, for 127.0.0.1 and localhost. */
export async function makeCertificates(): Promise<Certificates> {
  const common = { algorithm: "sha256", notAfterDate: new Date(Date.now() + LIFETIME_MS) } as const;
  const authority = await generate([{ name: "commonName", value: "okta-anypoint sandbox CA" }], {
    ...common,
    extensions: [
      { name: "basicConstraints", cA: true, pathLenConstraint: 0, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: "commonName", value: "localhost" }], {
    ...common,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, keyEncipherment: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 7, ip: "127.0.0.1" },
          { type: 2, value: "localhost" },
        ],
      },
    ],
  });
  return { ca: authority.cert, server: { key: server.private, cert: server.cert } };
}
