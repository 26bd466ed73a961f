/** Keeps secrets out of texts: whatever another server or a library says may repeat one. */

/** Everything but printable characters, so that no answer can steer a terminal. */
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

export class Redactor {
  readonly #secrets = new Set<string>();

  /** Registers a secret; also the forms in which requests carry it. */
  add(secret: string): void {
    if (secret === "") return;
    this.#secrets.add(secret);
    this.#secrets.add(encodeURIComponent(secret));
    this.#secrets.add(new URLSearchParams([["", secret]]).toString().slice(1));
    this.#secrets.add(Buffer.from(secret).toString("base64"));
  }

  /** Registers a client's secret and the Basic credentials made of it. */
  addClient(client: { clientId: string; clientSecret: string }): void {
    this.add(client.clientSecret);
    this.add(`${client.clientId}:${client.clientSecret}`);
    this.add(`${encodeURIComponent(client.clientId)}:${encodeURIComponent(client.clientSecret)}`);
  }

  /** The text on one line, every registered secret replaced; longest first, so that none is left in part. */
  text(text: string): string {
    let clean = text.replace(CONTROL, " ");
    for (const secret of [...this.#secrets].sort((a, b) => b.length - a.length)) {
      clean = clean.replaceAll(secret, "[secret]");
    }
    return clean;
  }

  /** What another server said, of at most 300 characters; shortened last, so that no part of a secret is left over. */
  quote(text: string): string {
    const clean = this.text(text).trim();
    return clean.length > 300 ? `${clean.slice(0, 299)}…` : clean;
  }
}
