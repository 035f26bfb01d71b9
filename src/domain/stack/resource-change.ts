/** One change of a change set. Changes of a nested stack carry its name: `Nested.LogicalId`. */
export interface ResourceChange {
  readonly action: "Add" | "Modify" | "Remove" | "Import" | "Dynamic" | "SyncWithActual";
  readonly logicalId: string;
  readonly physicalId: string | null;
  readonly type: string;
  readonly replacement: "True" | "False" | "Conditional" | null;
  readonly policyAction: string | null;
  /** Whether the changes of this nested stack are in the list as well. */
  readonly isExpanded: boolean;
  /** Why CloudFormation lists a `Modify`; empty where it does not say. */
  readonly details: readonly ChangeDetail[];
}

export interface ChangeDetail {
  /** What changes: `Properties`, `Metadata`, `Tags`, … */
  readonly attribute: string | null;
  /** The name of the property. */
  readonly property: string | null;
  readonly requiresRecreation: "Never" | "Conditionally" | "Always" | null;
  /** `Static`: the new value is known to differ. `Dynamic`: CloudFormation knows it only at run time. */
  readonly evaluation: "Static" | "Dynamic" | null;
  readonly source:
    | "ParameterReference"
    | "ResourceReference"
    | "ResourceAttribute"
    | "DirectModification"
    | "Automatic"
    | "NoModification"
    | null;
  /** A parameter, a logical id, or `LogicalId.Attribute`, by `source`. */
  readonly causingEntity: string | null;
}
