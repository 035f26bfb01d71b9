/** What wrapped bytes are bound to: KMS shows it in CloudTrail, and policies may ask for it. */
export type EncryptionContext = Readonly<Record<string, string>>;

/**
 * Keys of KMS, under which data keys of the service are wrapped. With the service's own credentials, in the region of the
 * key's ARN. Every method rejects with KEY_UNAVAILABLE, KEY_DENIED or KEY_DISABLED for what passes or can be put right, and with
 * KEY_LOST for a key that is gone, or bytes that the key has not wrapped in this context.
 */
export interface KmsGateway {
  /** The ARN of the key that an ARN, an id or an alias names. INVALID_SETTINGS for a key that does not encrypt symmetrically. */
  find(name: string): Promise<string>;
  encrypt(arn: string, plain: Buffer, context: EncryptionContext): Promise<Buffer>;
  decrypt(arn: string, wrapped: Buffer, context: EncryptionContext): Promise<Buffer>;
  /** Closes the connections. */
  close(): void;
}
