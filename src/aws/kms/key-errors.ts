import { type ErrorCode, StepbackError } from "../../domain/errors.ts";
import { safeWords } from "../error-words.ts";

/** The permissions, by the operation that needs them. */
const NEEDED: Readonly<Record<string, string>> = {
  DescribeKey: "kms:DescribeKey",
  Encrypt: "kms:Encrypt",
  Decrypt: "kms:Decrypt",
};

/** The first row with the error's name wins; every other failure passes by itself. Names: reference of the KMS API. */
const RULES: readonly (readonly [ErrorCode, readonly string[], (operation: string) => string])[] = [
  ["KEY_LOST", ["NotFoundException"], () => "KMS has no such key"],
  [
    "KEY_LOST",
    ["InvalidCiphertextException", "IncorrectKeyException"],
    () => "KMS did not wrap these bytes under it for this installation and target",
  ],
  [
    "KEY_DISABLED",
    ["DisabledException", "KMSInvalidStateException", "InvalidKeyUsageException"],
    () => "KMS does not let it be used",
  ],
  [
    "KEY_DENIED",
    ["AccessDeniedException", "AccessDenied"],
    (operation) => `the service's credentials may not ${NEEDED[operation] ?? operation}`,
  ],
  [
    "KEY_DENIED",
    [
      ...["CredentialsProviderError", "TokenProviderError", "ExpiredTokenException", "ExpiredToken"],
      ...["UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException"],
      ...["IncompleteSignatureException", "MissingAuthenticationTokenException", "SignatureDoesNotMatch"],
    ],
    () => "the service's credentials are missing, over or not valid",
  ],
];

/** What a failed call of KMS says about the key; its words are without credentials. */
export function keyError(error: unknown, operation: string, key: string): StepbackError {
  const name = error instanceof Error ? error.name : "";
  const [code, , reasonOf] = RULES.find(([, names]) => names.includes(name)) ?? UNAVAILABLE;
  const words = error instanceof Error ? safeWords(error.message) : "";
  const said = [name, words].filter((part) => part !== "").join(": ");
  return new StepbackError(code, `The KMS key ${key}: ${reasonOf(operation)} (${operation} ended with ${said}).`, [], {
    cause: error,
  });
}

const UNAVAILABLE = ["KEY_UNAVAILABLE", [], () => "KMS does not answer as it should"] as const;
