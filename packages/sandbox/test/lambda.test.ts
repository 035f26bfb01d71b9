/** One process runs all tests of Lambda: starting a test file takes longer than running most of them. */
import "./lambda/functions.ts";
import "./lambda/invocations.ts";
import "./lambda/limits.ts";
import "./lambda/request-model.ts";
import "./lambda/resources.ts";
