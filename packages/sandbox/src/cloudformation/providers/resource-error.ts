/** A resource could not be had, in CloudFormation's own words: they become the reason of the event. */
export class ResourceError extends Error {
  override readonly name = "ResourceError";
}
