/** Takes secrets out of texts that a person will see. A vendor may quote what it was sent. */

const PEM = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;
const BEARER = /\b(Bearer|Basic|SSWS)\s+[A-Za-z0-9._~+/=-]+/g;
const MASK = "[secret]";

/** Characters from which a value that was sent is taken out of answers: a shorter one may be a word that stands there rightly. */
export const SHORTEST_SECRET = 16;

/** Removes the given values (also in their JSON and URL forms), private keys and Authorization values. */
export function redact(text: string, secrets: readonly (string | undefined)[]): string {
  return withoutValues(text, secrets, 4).replace(PEM, MASK).replace(BEARER, `$1 ${MASK}`);
}

/** Removes nothing but the given values, in all their forms; those that are shorter than `shortest` stay. */
export function withoutValues(text: string, secrets: readonly (string | undefined)[], shortest: number): string {
  let clean = text;
  const forms = secrets
    .filter((secret): secret is string => secret !== undefined && secret.length >= shortest)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])
    .sort((a, b) => b.length - a.length);
  for (const form of forms) clean = clean.replaceAll(form, MASK);
  return clean;
}
