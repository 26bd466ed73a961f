/** Writes `outputs.schema.json`: `npm run docs:outputs`. */
import { writeFileSync } from "node:fs";
import { outputsJsonSchema } from "./outputs.ts";

writeFileSync(
  new URL("outputs.schema.json", import.meta.url),
  `${JSON.stringify(outputsJsonSchema(), undefined, 2)}\n`,
);
