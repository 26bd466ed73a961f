/** Other wire names of the private-key block for a lab, from a file: those of the default that it names otherwise. */
import { readFile } from "node:fs/promises";
import { privateKeyBlockNames } from "../providers/anypoint/private-key-block.ts";
import { DEFAULT_PRIVATE_KEY_BLOCK, type PrivateKeyBlockNames } from "./anypoint/private-key-block.ts";

/** Reads `methodPath`, `methodValue`, `clientIdPath`, `privateKeyPath`, `scopesPath`, `scopesFormat`, as in `clientProvider.privateKeyBlock`. */
export async function readBlockNames(file: string): Promise<PrivateKeyBlockNames> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new Error(`Could not read the block names from ${file}: ${(error as Error).message}`, { cause: error });
  }
  const parsed = privateKeyBlockNames.safeParse(json);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `  - ${path.join(".") || "(whole)"}: ${message}`);
    throw new Error(`The block names in ${file} are not right:\n${problems.join("\n")}`);
  }
  return { ...DEFAULT_PRIVATE_KEY_BLOCK, ...parsed.data };
}
