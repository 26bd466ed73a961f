/** Labels and client ids of App A and App B where the configuration gives none. */

export const managerLabel = (stack: string): string => `MuleSoft-Client-Manager (${stack})`;
export const managerClientId = (stack: string): string => `mulesoft-client-manager-${stack}-1`;
export const inspectorLabel = (stack: string): string => `MuleSoft-Token-Introspection (${stack})`;
export const inspectorClientId = (stack: string): string => `mulesoft-token-introspection-${stack}-1`;
