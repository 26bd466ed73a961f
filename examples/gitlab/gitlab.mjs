// @ts-check
/**
 * A call to GitLab's API about the job's own project.
 * @param {"GET" | "POST" | "PUT"} method
 * @param {string} path below the project
 * @param {object} [body]
 * @returns {Promise<any>}
 */
export async function gitlab(method, path, body) {
  const { CI_API_V4_URL, CI_PROJECT_ID, GITLAB_TOKEN } = process.env;
  if (!CI_API_V4_URL || !CI_PROJECT_ID || !GITLAB_TOKEN) {
    throw new Error(
      "CI_API_V4_URL, CI_PROJECT_ID and GITLAB_TOKEN are needed: run this in a GitLab job, with a project access token.",
    );
  }
  const response = await fetch(`${CI_API_V4_URL}/projects/${CI_PROJECT_ID}/${path}`, {
    method,
    headers: { "private-token": GITLAB_TOKEN, "content-type": "application/json" },
    redirect: "error",
    signal: AbortSignal.timeout(30_000),
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path.split("?")[0]}: GitLab answered ${response.status}.`);
  return response.json();
}
