/** The state of `npm run sandbox:start` between its runs: one JSON file. */
import { readFile, rename, writeFile } from "node:fs/promises";
import type { SavedLab } from "./lab.ts";

/** What an earlier run left; undefined when there was none. Throws when the file cannot be gone on with, and says how to begin anew. */
export async function readSavedLab(file: string): Promise<SavedLab | undefined> {
  let saved: unknown;
  try {
    saved = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    // Not the parser's own words: they may quote the file, which holds the lab's secrets.
    throw unreadable(file, error instanceof SyntaxError ? "it is not JSON, or only a part of it" : (code ?? "unknown"));
  }
  const members = ["credentials", "bootstrapJwk", "okta", "anypoint"];
  const missing = members.filter((name) => typeof (saved as Record<string, unknown> | null)?.[name] !== "object");
  if (missing.length > 0) throw unreadable(file, `it has no ${missing.join(", ")}`);
  return saved as SavedLab;
}

/** A rename at the end, so that no half file is ever left. */
export async function writeSavedLab(file: string, saved: SavedLab): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(saved), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

const unreadable = (file: string, why: string): Error =>
  new Error(
    `The state of the local services, ${file}, cannot be read: ${why}. ` +
      "Put a good copy in its place, or begin anew with `npm run sandbox:start -- --fresh`, which forgets the services' state and the stack's.",
  );
