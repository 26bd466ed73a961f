/** Refusals in the shapes of the three areas of the platform, and validation of bodies and queries. */
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { z } from "zod";

export type Area = "accounts" | "apimanager" | "exchange";

const TITLES: Partial<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  429: "Too Many Requests",
  500: "Internal Server Error",
};

export const areaOf = (path: string): Area =>
  path.startsWith("/accounts/") ? "accounts" : path.startsWith("/exchange/") ? "exchange" : "apimanager";

/**
 * A refusal, to be thrown. Access Management answers plain text, except for 400 (confirmed for identity providers,
 * inferred for the rest); API Manager `{name,message}` for 404 and `{error,message}` otherwise; Exchange `{error,message}`.
 */
export function refusal(area: Area, status: ContentfulStatusCode, message: string): HTTPException {
  if (area === "accounts") {
    return status === 400
      ? invalid(area, [{ path: "", keyword: "invalid", message }])
      : new HTTPException(status, {
          res: new Response(message, { status, headers: { "content-type": "text/plain" } }),
        });
  }
  const body =
    area === "apimanager" && status === 404
      ? { name: "NotFoundError", message }
      : { error: TITLES[status] ?? "Error", message };
  return new HTTPException(status, { res: Response.json(body, { status }) });
}

export interface Problem {
  /** Dotted path of the value, empty for the whole. */
  readonly path: string;
  /** As JSON Schema names it: `required`, `additionalProperties`, `type`, … */
  readonly keyword: string;
  readonly message: string;
}

/** A 400 with one entry per problem. */
export function invalid(area: Area, problems: readonly Problem[]): HTTPException {
  const text = ({ path, message }: Problem): string => (path === "" ? message : `${path} ${message}`);
  const body =
    area === "exchange"
      ? { error: "Bad Request", message: problems.map(text).join("; ") }
      : {
          errors: problems.map((problem) =>
            area === "accounts"
              ? { type: "validation", keyword: problem.keyword, schemas: [], message: text(problem) }
              : {
                  type: "ValidationError",
                  dataPath: problem.path === "" ? "" : `.${problem.path}`,
                  keyword: problem.keyword,
                  message: problem.message,
                },
          ),
        };
  return new HTTPException(400, { res: Response.json(body, { status: 400 }) });
}

/** Problems that a schema finds, empty when there is none. */
export function problemsOf(error: z.ZodError, base = ""): Problem[] {
  return error.issues.flatMap((issue): Problem[] => {
    const path = [base, ...issue.path.map(String)].filter(Boolean).join(".");
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        path: [path, key].filter(Boolean).join("."),
        keyword: "additionalProperties",
        message: "is not allowed",
      }));
    }
    if (issue.code === "invalid_type" && issue.input === undefined) {
      return [{ path, keyword: "required", message: "is required" }];
    }
    return [{ path, keyword: issue.code === "invalid_type" ? "type" : "invalid", message: issue.message }];
  });
}

/** The value as the schema reads it; throws a 400 otherwise. */
export function parse<T>(area: Area, schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value, { reportInput: true });
  if (!result.success) throw invalid(area, problemsOf(result.error));
  return result.data;
}

/** A JSON object as body; throws a 400 when it is something else, by its content or by its type (the latter inferred). */
export async function jsonBody(
  area: Area,
  request: { text(): Promise<string>; header(name: string): string | undefined },
): Promise<Record<string, unknown>> {
  if (!/\bjson\b/i.test(request.header("content-type") ?? "")) {
    throw invalid(area, [{ path: "", keyword: "type", message: "the content type should be application/json" }]);
  }
  try {
    const body: unknown = JSON.parse(await request.text());
    if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  } catch {
    // Falls through: not JSON is refused like JSON of another type.
  }
  throw invalid(area, [{ path: "", keyword: "type", message: "the body should be a JSON object" }]);
}

/** `true` or `false` in a query; throws a 400 for anything else, and for nothing when it is required. */
export function booleanQuery(area: Area, name: string, text: string | undefined, fallback?: boolean): boolean {
  if (text === undefined && fallback !== undefined) return fallback;
  if (text === "true" || text === "false") return text === "true";
  const keyword = text === undefined ? "required" : "type";
  throw invalid(area, [
    { path: name, keyword, message: `is ${keyword === "required" ? "required" : "not a boolean"}` },
  ]);
}

/** `offset` and `limit` of a list, and the function that cuts it. */
export function paging(
  area: Area,
  query: (name: string) => string | undefined,
  limits: { readonly fallback: number; readonly max: number },
): <T>(items: readonly T[]) => T[] {
  const number = z.coerce.number().int().min(0);
  const read = (name: string, schema: z.ZodType<number>, fallback: number): number => {
    const text = query(name);
    if (text === undefined) return fallback;
    const result = schema.safeParse(text);
    if (!result.success) {
      const message = result.error.issues[0]?.message ?? "is not valid";
      throw invalid(area, [{ path: name, keyword: "invalid", message }]);
    }
    return result.data;
  };
  const offset = read("offset", number, 0);
  const limit = read("limit", number.max(limits.max), limits.fallback);
  return (items) => items.slice(offset, offset + limit);
}
