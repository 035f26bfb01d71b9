/** A reader of `domain/component/states`. Its types also check the states that a capture makes. */
type AnyReader = (state: null) => { readonly settings: unknown; readonly evidence: unknown };

export type SettingsOf<Reader extends AnyReader> = ReturnType<Reader>["settings"];
export type EvidenceOf<Reader extends AnyReader> = ReturnType<Reader>["evidence"];
