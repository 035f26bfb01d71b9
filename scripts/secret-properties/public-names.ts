/**
 * Properties that services call write-only or sensitive although people have to read them at night: they name, place or describe
 * something, and open nothing. A service keeps them back for other reasons: a snapshot to start from, a person's name, a cost.
 */
const ENDINGS = `
Arn Arns Id Ids Identifier Identifiers Name Names Username Uri Uris Url Urls Region Version Type Location Prefix Suffix Bucket S3Key
Description Hash Etag Time Zone Mode Role Label Directory Subdirectory Language Algorithm Class Affinity Cpu Memory Path Organization
Address Target Qualifier Window Interval Hostname Domain SpreadDomain Extension Family Filter Selector Group Groups Subnets Runtime
Service Title Text Endpoint Principal Owner Topic Format Model Schema Expression Action Status Reason Language Email EmailAddress
PhoneNumber Country City Field Fields Attribute Attributes Pattern Option Options Order Kind Level Reference Range Device Tag Tags
ClientToken ClientRequestToken Logo Favicon Wallpaper Manifest Image Quantity Locale Unit Instruction Instructions Messaging Question
Answer Prompt Metric Rule Expiration Duration Timezone TimeZone Namespace Category Color Width Height
`
  .trim()
  .split(/\s+/)
  .map((ending) => ending.toLowerCase());

/** What a deploy is about: an API's routes, a state machine's steps. A mask over them would leave nothing to judge a deploy by. */
const NAMES = new Set(
  "Body Definition RouteKey RequestParameters CloneFrom Key Principals Domains Statement Alias Aliases EnabledMfas DesiredDeliveryMediums EncryptionSettings Instances ReplicationRegions ExcludeCharacters PreferredCacheClusterAZs AttributesToDelete SoftwaresToInstall SoftwaresToUninstall ResourcesToAdd ResourcesToRemove Brand Classification LastUpdatedAt".split(
    " ",
  ),
);

/** Services that call presentation sensitive: the words and colours of dashboards. */
const SERVICES = new Set(["QuickSight", "Wisdom"]);

/** Whether nothing of a service's types is in the table but for names that announce a secret, which are masked everywhere. */
export function isPresentation(typeName: string): boolean {
  return SERVICES.has(typeName.split("::")[1] ?? "");
}

/** Whether a property is one to read, although its service does not show it. A URL that is signed opens what it leads to. */
export function isPublicName(name: string): boolean {
  const lower = name.toLowerCase();
  if (lower.includes("presigned")) return false;
  if (NAMES.has(name)) return true;
  return ENDINGS.some((ending) => lower.endsWith(ending));
}
