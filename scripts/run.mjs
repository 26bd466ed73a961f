// @ts-check
// `node scripts/run.mjs FILE [args…]`: makes the machine ready, then runs FILE on the project's Node. What npm's scripts call.
import { spawn } from "node:child_process";
import { fail, setup } from "./setup.mjs";

const [file, ...args] = process.argv.slice(2);
if (!file) {
  process.stderr.write("usage: node scripts/run.mjs FILE [args…]\n");
  process.exit(2);
} else {
  setup().then((ready) => start(file, args, ready), fail);
}

/**
 * @param {string} file
 * @param {string[]} args
 * @param {import("./setup/ready.mjs").Ready} ready
 */
function start(file, args, ready) {
  const child = spawn(ready.node, ["--disable-warning=ExperimentalWarning", file, ...args], {
    env: ready.env,
    stdio: "inherit",
  });
  child.on("error", fail);

  for (const signal of /** @type {NodeJS.Signals[]} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the child as well, and a second one would mean "at once" to it.
      if (signal === "SIGINT" && process.stdin.isTTY) return;
      child.kill(signal);
    });
  }
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
