// @ts-check
/**
 * Jest's environment of every suite: holds all exchanges with local services, in this process and in those that the suite starts, to the
 * vendors' descriptions, and fails the suite where they depart. It works outside the suite's realm, so that descriptions are read and
 * schemas compiled once per worker.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TestEnvironment } from "jest-environment-node";
import { CHANNEL, FINDINGS, RUN, SPECS } from "./names.mjs";

const preload = `--import=${new URL("child.mjs", import.meta.url).href}`;
const specsThere = existsSync(SPECS);
let said = false;

export default class ContractEnvironment extends TestEnvironment {
  /** @type {import("../../sandbox/core/exchanges.ts").Exchange[]} */
  #exchanges = [];
  /** Where processes that the suite starts write what they find. */
  #folder = "";
  #suite = "";
  /** @type {Map<string, string | undefined>} */
  #before = new Map();
  #note = (/** @type {unknown} */ message) => {
    const exchange = /** @type {import("../../sandbox/core/exchanges.ts").Exchange} */ (message);
    // Of noise only failures are judged, and there is much of it.
    if (exchange.caller !== "Noise" || exchange.answer?.status === 500) this.#exchanges.push(exchange);
  };

  /** @param {ConstructorParameters<typeof TestEnvironment>} args */
  constructor(...args) {
    super(...args);
    this.#suite = args[1].testPath;
  }

  async setup() {
    await super.setup();
    // Processes that suites start get nothing of how Jest itself was started.
    this.#give("NODE_OPTIONS", specsThere ? preload : "");
    if (specsThere) {
      const run = process.env[RUN];
      if (run !== undefined) mkdirSync(run, { recursive: true });
      // Under the run's folder nothing of a killed run stays for long.
      this.#folder = mkdtempSync(join(run ?? tmpdir(), "okta-anypoint-contract-"));
      this.#give(FINDINGS, this.#folder);
      // They may be started in another folder.
      this.#give("CONTRACT_SPECS", fileURLToPath(SPECS));
      subscribe(CHANNEL, this.#note);
    } else if (!said) {
      said = true;
      console.warn("Nothing is held to the vendors' descriptions: ../shared/specs is not there.");
    }
  }

  /**
   * Sets a variable for processes that are started with the suite's own `process.env`, and for those that get the worker's by default.
   * @param {string} name @param {string} value
   */
  #give(name, value) {
    this.global.process.env[name] = value;
    this.#before.set(name, process.env[name]);
    process.env[name] = value;
  }

  /** @param {import("jest-circus").Event} event @param {import("jest-circus").State} state */
  async handleTestEvent(event, state) {
    if (event.name !== "run_finish" || this.#folder === "") return;
    const findings = await this.#findings();
    const departures = findings.filter(({ kind }) => kind === "departure").map(({ text }) => text);
    const run = process.env[RUN];
    if (run !== undefined) {
      const name = createHash("sha256")
        .update(this.#suite + process.version)
        .digest("hex")
        .slice(0, 16);
      writeFileSync(join(run, `${name}.json`), JSON.stringify(findings));
    }
    if (departures.length === 0) return;
    const error = new Error(
      `${departures.length} departures from the vendors' descriptions (what to do: docs/sandbox.md, "Held to the vendors' descriptions"):\n` +
        departures.sort().join("\n"),
    );
    error.stack = "";
    state.unhandledErrors.push(error);
  }

  async #findings() {
    /** @type {Map<string, import("./observer.ts").Finding>} */
    const findings = new Map();
    const add = (/** @type {import("./observer.ts").Finding} */ finding) =>
      findings.set(JSON.stringify(finding), finding);
    if (this.#exchanges.length > 0) {
      const { Observer } = await import("./observer.ts");
      const observer = new Observer(add);
      for (const exchange of this.#exchanges) observer.observe(exchange);
    }
    for (const file of readdirSync(this.#folder)) {
      for (const line of readFileSync(join(this.#folder, file), "utf8").split("\n")) {
        if (line !== "") add(JSON.parse(line));
      }
    }
    return [...findings.values()];
  }

  async teardown() {
    unsubscribe(CHANNEL, this.#note);
    for (const [name, value] of this.#before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    this.#exchanges = [];
    if (this.#folder !== "") rmSync(this.#folder, { recursive: true, force: true });
    await super.teardown();
  }
}
