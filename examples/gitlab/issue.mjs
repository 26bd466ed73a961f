// @ts-check
// node issue.mjs TITLE FILE: opens an issue of this title with the file as its text, or gives the open one that text. Needs GITLAB_TOKEN.
import { existsSync, readFileSync } from "node:fs";
import { gitlab } from "./gitlab.mjs";

const [title = "", file = ""] = process.argv.slice(2);
const description = existsSync(file)
  ? readFileSync(file, "utf8")
  : `The check itself failed; see the job: ${process.env.CI_JOB_URL ?? ""}`;
const open = await gitlab("GET", `issues?state=opened&in=title&search=${encodeURIComponent(title)}`);
const mine = open.find((/** @type {{ title: string }} */ issue) => issue.title === title);
await (mine ? gitlab("PUT", `issues/${mine.iid}`, { description }) : gitlab("POST", "issues", { title, description }));
