/** Inputs and state of an API instance. */
import { z } from "zod";
import type { Ownership } from "./creation.ts";
import { text } from "./input-schemas.ts";

export const apiInstanceShape = {
  businessGroup: text("a business group's name or id").optional(),
  environment: text("an environment's name or id"),
  apiId: z
    .string({ error: "give the number that API Manager shows, as text" })
    .regex(/^\d+$/, { error: "give the number that API Manager shows" })
    .optional(),
  assetId: text("the Exchange asset id").optional(),
  assetVersion: text("the asset's version, for example 1.0.0").optional(),
  groupId: text("the group id of the asset").optional(),
  label: text("the instance label").optional(),
  adopt: z.boolean({ error: "give true or false" }).optional(),
  clientProviderId: text("the client provider's id"),
  technology: z.literal("mule4", { error: "give mule4: other technologies can only be adopted, by apiId" }).optional(),
  endpointUri: text("the consumer endpoint").optional(),
  deploymentType: z.enum(["CH", "CH2", "HY", "RF"], { error: "give CH2, CH, HY or RF" }).optional(),
} as const;

export type ApiInstanceInputs = z.output<z.ZodObject<typeof apiInstanceShape>>;

export interface ApiInstanceState extends ApiInstanceInputs, Ownership {
  readonly apiId: string;
  readonly organizationId: string;
  readonly environmentId: string;
  readonly environmentName: string;
  readonly groupId?: string;
  readonly productVersion?: string;
  /** Which of the inputs that are outputs too were given. */
  readonly given?: readonly string[];
  /** The label that was asked for, where a read found that somebody has changed it. */
  readonly askedLabel?: string;
}
