/** The verification as a command of the stack runs it: importing this module runs it and sets the exit code. */
import { main } from "./main.ts";

await main(["--input-env"]);
