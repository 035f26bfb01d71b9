/** An operation failed for a reason in CloudFormation's own words, which becomes the reason of the event. */
export class ResourceError extends Error {
  override readonly name = "ResourceError";
}
