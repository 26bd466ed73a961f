/** Routes of a local service that no description has. */
import { routesOf } from "./coverage.ts";
import { type DescribedService, findOperation } from "./descriptions.ts";
import { KNOWN_DIFFERENCES, covers } from "./known-differences.ts";

/** Those that are no known difference either, and how many routes are described. */
export async function undescribedRoutes(service: DescribedService): Promise<{ unknown: string[]; described: number }> {
  const routes = await routesOf(service);
  const undescribed = routes.filter((route) => {
    const [method = "", path = ""] = route.split(" ");
    return findOperation(service, method, path) === undefined;
  });
  const unknown = undescribed.filter((route) => {
    const operation = route.replaceAll(/:\w+/g, "*");
    const departure = { side: "request", at: "", keyword: "undescribed", status: undefined, detail: "" } as const;
    return !KNOWN_DIFFERENCES.some((entry) => covers(entry, { operation, ...departure }));
  });
  return { unknown, described: routes.length - undescribed.length };
}
