// @ts-check
// node note.mjs TITLE FILE: one note of the merge request with the file as its text, edited in place. Needs GITLAB_TOKEN (a project access
// token with the scope `api`); the rest GitLab's runner gives.
import { readFileSync } from "node:fs";
import { gitlab } from "./gitlab.mjs";

const [title = "", file = ""] = process.argv.slice(2);
const path = `merge_requests/${process.env.CI_MERGE_REQUEST_IID}/notes`;
const fence = "`".repeat(4);
const body = `### ${title}\n\n${fence}\n${readFileSync(file, "utf8").slice(0, 100_000)}\n${fence}\n`;
const notes = await gitlab("GET", `${path}?per_page=100&sort=asc`);
const mine = notes.find((/** @type {{ body: string }} */ note) => note.body.startsWith(`### ${title}\n`));
await (mine ? gitlab("PUT", `${path}/${mine.id}`, { body }) : gitlab("POST", path, { body }));
