CREATE TABLE `access_tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`name` text NOT NULL,
	`grants` text NOT NULL,
	`created_by` text,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`last_used_at` integer,
	`revoked_at` integer,
	`revoked_by` text,
	`deployment` text
);
--> statement-breakpoint
CREATE INDEX `access_tokens_by_time` ON `access_tokens` (`created_at`,`id`);--> statement-breakpoint
DROP TABLE `tokens`;--> statement-breakpoint
ALTER TABLE `activities` ADD `grants` text;--> statement-breakpoint
ALTER TABLE `stage_policies` ADD `binding` text;