/**
 * Makes the template of a bridge: the goal's with the outputs of live that export these names, and what they refer to.
 * Texts as submitted, in and out. Pure. A refusal says in words why there is no such template; it must refuse where
 * what comes along from live would need another definition of something that the goal has too, or an import.
 */
export type BridgeTemplate = (goal: string, live: string, exportNames: readonly string[]) => BridgeText;

export type BridgeText = { readonly template: string } | { readonly refusal: string };

/** For a service that cannot splice templates: an order that needs a bridge is refused. */
export const noBridge: BridgeTemplate = () => ({ refusal: "a template cannot be bridged yet" });
