/** What a stack's configuration expects of the two organizations: plain JSON without secrets, made from the settings. */
import type { Settings } from "../config/settings.ts";

export interface Expectations {
  readonly clientProvider: { readonly name: string };
}

export const expectationsOf = ({ clientProvider }: Settings): Expectations => ({
  clientProvider: { name: clientProvider.name },
});
