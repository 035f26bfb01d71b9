import { defineConfig } from "drizzle-kit";

// biome-ignore lint/style/noDefaultExport: drizzle-kit reads its settings from the default export.
export default defineConfig({
  dialect: "sqlite",
  schema: "./src/store/schema",
  out: "./migrations/sqlite",
});
