/** Routes of a local service that no description has. */
import { routesOf } from "./coverage.ts";
import { type DescribedService, findOperation } from "./descriptions.ts";
import { KNOWN_DIFFERENCES, covers, nameOf } from "./known-differences.ts";

/** Those that are no known difference either, the names of the known ones, and how many routes are described. */
export async function undescribedRoutes(
  service: DescribedService,
): Promise<{ unknown: string[]; known: string[]; described: number }> {
  const routes = await routesOf(service);
  const undescribed = routes.filter((route) => {
    const [method = "", path = ""] = route.split(" ");
    return findOperation(service, method, path) === undefined;
  });
  const entries = undescribed.map((route) => {
    const operation = route.replaceAll(/:\w+/g, "*");
    const departure = { side: "request", at: "", keyword: "undescribed", status: undefined, detail: "" } as const;
    return { route, entry: KNOWN_DIFFERENCES.find((each) => covers(each, { operation, ...departure })) };
  });
  return {
    unknown: entries.filter(({ entry }) => entry === undefined).map(({ route }) => route),
    known: entries.flatMap(({ entry }) => (entry === undefined ? [] : nameOf(entry))),
    described: routes.length - undescribed.length,
  };
}
