/** The processes of an engine, for tests that end it. */
import { execFileSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Processes below one, with their command lines without secrets: the engine is given them as arguments. A process that has
 * ended and was not waited for yet has no command line any more, and is left out.
 */
export function below(root: number): Map<number, string> {
  const table = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" });
  const rows = [...table.matchAll(/^\s*(\d+)\s+(\d+)\s+(.*)$/gm)]
    .map(([, pid, ppid, args]) => ({
      pid: Number(pid),
      ppid: Number(ppid),
      args: args!.replaceAll(/(?<=--secret [^\s=]+=).*?(?= --|$)/g, "[secret]"),
    }))
    .filter(({ args }) => !args.endsWith(" <defunct>"));
  const parents = [root];
  for (const parent of parents) parents.push(...rows.filter(({ ppid }) => ppid === parent).map(({ pid }) => pid));
  return new Map(rows.filter(({ pid }) => pid !== root && parents.includes(pid)).map(({ pid, args }) => [pid, args]));
}

/** Which of these still run; one that was killed may need a moment. */
export async function alive(pids: Iterable<number>): Promise<number[]> {
  let left = [...pids];
  for (let tries = 0; tries < 100 && left.length > 0; tries += 1) {
    const table = execFileSync("ps", ["-A", "-o", "pid=,stat="], { encoding: "utf8" });
    const running = new Set([...table.matchAll(/^\s*(\d+)\s+[^Z\s]/gm)].map(([, pid]) => Number(pid)));
    left = left.filter((pid) => running.has(pid));
    if (left.length > 0) await sleep(30);
  }
  return left;
}
