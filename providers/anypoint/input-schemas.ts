/** Schemas that many inputs share. */
import { z } from "zod";

/** A text that is not empty; `what` completes "give …". */
export const text = (what: string) => z.string({ error: `give ${what}` }).min(1, { error: `is empty; give ${what}` });
