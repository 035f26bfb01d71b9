import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./root.ts";

/** The real deploy tool. It comes with `tools/` and not with `npm install`. */
export const OSLS = join(ROOT, "tools/node_modules/.bin/osls");

/** Null when osls is there; otherwise why a test that needs it skips. */
export const missingOsls = existsSync(OSLS) ? null : "osls is not installed: npm run tools:install";

/** The sample app and the CDK, which has an installation of its own. */
export const CDK_FOLDER = join(ROOT, "test/e2e/cdk");
export const CDK = join(CDK_FOLDER, "node_modules/aws-cdk/bin/cdk");

/** Null when the CDK is there; otherwise why a test that needs it skips. */
export const missingCdk = existsSync(CDK) ? null : "the CDK is not installed: npm run cdk:install";

/** Plug-ins of osls, with a lock of their own. */
export const OSLS_PLUGINS = join(ROOT, "test/e2e/osls-plugins/node_modules");

/** A plug-in of ours that lies beside them, without which plug-ins for Serverless 3 cannot ask AWS. */
export const PROVIDER_REQUEST = "./provider-request.cjs";

/** Null when osls and its plug-ins are there; otherwise why a test that needs them skips. */
export const missingOslsPlugins =
  missingOsls ??
  (existsSync(OSLS_PLUGINS) ? null : "the plug-ins of osls are not installed: npm run osls-plugins:install");
