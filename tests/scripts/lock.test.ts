import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, utimesSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { withLock } from "../../scripts/setup/lock.mjs";
import { deadProcess, Machine } from "./fakes.ts";

let machine: Machine;
let lock: string;

beforeEach(() => {
  machine = new Machine();
  lock = join(machine.root, "locks", "thing");
});
afterEach(() => machine.remove());

const options = () => ({ progress: machine.progress, purpose: "making the thing", pollMilliseconds: 5 });

/** A program that takes the lock several times, and writes what it does to a file. */
const contender = () => `
  import { appendFileSync } from "node:fs";
  import { setImmediate as turn } from "node:timers/promises";
  import { withLock } from ${JSON.stringify(pathToFileURL("scripts/setup/lock.mjs").href)};
  const progress = { say() {}, during: (state, work) => work() };
  for (let i = 0; i < 5; i++)
    await withLock(${JSON.stringify(lock)}, { progress, purpose: "competing", pollMilliseconds: 1 }, async () => {
      appendFileSync(${JSON.stringify(machine.callsFile)}, JSON.stringify(["in", process.pid]) + "\\n");
      for (let n = 0; n < 20; n++) await turn();
      appendFileSync(${JSON.stringify(machine.callsFile)}, JSON.stringify(["out", process.pid]) + "\\n");
    });
  console.log("done");
  `;

const start = (program: string) => {
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on("exit", (code, signal) => resolve({ code, signal }));
  });
  const spoke = new Promise<void>((resolve) => {
    child.stdout.once("data", () => resolve());
  });
  return { child, ended, spoke };
};

const leave = (owner: object) => machine.write(join(lock, "owner.json"), JSON.stringify(owner));

test("of several processes, one at a time is inside, also when they find a dead one's lock", async () => {
  leave({ token: "old", pid: deadProcess(), host: hostname() });
  const ends = await Promise.all([1, 2, 3].map(() => start(contender()).ended));
  expect(ends.map(({ code }) => code)).toEqual([0, 0, 0]);
  const events = machine.calls;
  expect(events).toHaveLength(30);
  for (let i = 0; i < events.length; i += 2) {
    expect(events[i]?.[0]).toBe("in");
    expect(events[i + 1]).toEqual(["out", events[i]?.[1]]);
  }
  expect(existsSync(lock)).toBe(false);
});

test("waits for a living holder, and says for whom", async () => {
  let finish = () => {};
  const first = withLock(lock, options(), () => new Promise<void>((resolve) => (finish = resolve)));
  const order: string[] = [];
  const second = withLock(
    lock,
    {
      ...options(),
      progress: {
        ...machine.progress,
        say: (text) => {
          order.push(text);
          finish();
        },
      },
    },
    async () => order.push("second"),
  );
  await Promise.all([first, second]);
  expect(order).toEqual([`waiting for process ${process.pid}, which is making the thing (0:00)`, "second"]);
});

test("is released when the work fails", async () => {
  await expect(withLock(lock, options(), () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await withLock(lock, options(), async () => "again")).toBe("again");
  expect(readdirSync(join(machine.root, "locks"))).toEqual([]);
});

test("a dead holder's lock is taken over, and that is said", async () => {
  const pid = deadProcess();
  leave({ token: "old", pid, host: hostname() });
  await withLock(lock, options(), async () => undefined);
  expect(machine.said).toEqual([`taking over from a set-up that was interrupted (process ${pid})`]);
  expect(existsSync(lock)).toBe(false);
});

test("another machine's lock is respected while it is touched, and taken over when it is not", async () => {
  leave({ token: "other", pid: deadProcess(), host: "another-machine" });
  utimesSync(lock, new Date(), new Date(Date.now() - 600_000));
  expect(await withLock(lock, options(), async () => "mine")).toBe("mine");

  leave({ token: "third", pid: deadProcess(), host: "another-machine" });
  const waiting = new Promise<string>((resolve) => {
    void withLock(lock, { ...options(), progress: { ...machine.progress, say: resolve } }, async () => undefined);
  });
  expect(await waiting).toMatch(/^waiting for process/);
  expect(JSON.parse(readFileSync(join(lock, "owner.json"), "utf8"))).toMatchObject({ token: "third" });
  utimesSync(lock, new Date(), new Date(Date.now() - 600_000));
  await withLock(lock, options(), async () => undefined);
});

test("an empty folder, left by a crash, is no lock", async () => {
  mkdirSync(lock, { recursive: true });
  expect(await withLock(lock, options(), async () => "mine")).toBe("mine");
});

test("a signal ends the commands, undoes and releases", async () => {
  const marker = join(machine.root, "undone");
  const { child, ended, spoke } = start(`
    import { writeFileSync } from "node:fs";
    import { interruptible, run } from ${JSON.stringify(pathToFileURL("scripts/setup/command.mjs").href)};
    import { withLock } from ${JSON.stringify(pathToFileURL("scripts/setup/lock.mjs").href)};
    const progress = { say() {}, during: (state, work) => work() };
    await withLock(${JSON.stringify(lock)}, { progress, purpose: "working" }, () =>
      interruptible(
        () => writeFileSync(${JSON.stringify(marker)}, ""),
        () => run([process.execPath, "-e", "console.log(process.pid); setInterval(() => {}, 1000)"], {
          env: process.env, deadlineSeconds: 60, onLine: (pid) => console.log(pid),
        }),
      ),
    );`);
  let pid = 0;
  child.stdout.on("data", (text: Buffer) => (pid = Number(text.toString())));
  await spoke;
  expect(existsSync(lock)).toBe(true);
  child.kill("SIGTERM");
  expect(await ended).toEqual({ code: 143, signal: null });
  expect(existsSync(lock)).toBe(false);
  expect(existsSync(marker)).toBe(true);
  expect(pid).toBeGreaterThan(0);
  expect(() => process.kill(pid, 0)).toThrow();
});
