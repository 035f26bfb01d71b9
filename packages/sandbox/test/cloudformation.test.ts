/** One process runs all tests of CloudFormation: starting a test file takes longer than running most of them. */
import "./cloudformation/change-sets.ts";
import "./cloudformation/deployments.ts";
import "./cloudformation/faults.ts";
import "./cloudformation/guards.ts";
import "./cloudformation/imports.ts";
import "./cloudformation/limits.ts";
import "./cloudformation/nested.ts";
import "./cloudformation/nested-change-sets.ts";
import "./cloudformation/permissions.ts";
import "./cloudformation/properties.ts";
import "./cloudformation/providers.ts";
import "./cloudformation/serverless.ts";
import "./cloudformation/serverless-deployments.ts";
import "./cloudformation/statuses.ts";
import "./cloudformation/templates.ts";
import "./cloudformation/transforms.ts";
import "./cloudformation/updates.ts";
