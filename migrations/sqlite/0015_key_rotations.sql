CREATE TABLE `key_rotations` (
	`id` text PRIMARY KEY NOT NULL,
	`requested_by` text NOT NULL,
	`requested_at` integer NOT NULL,
	`reencrypt` integer NOT NULL,
	`status` text NOT NULL,
	`phase` text NOT NULL,
	`master` text,
	`keys` integer DEFAULT 0 NOT NULL,
	`rows` integer DEFAULT 0 NOT NULL,
	`files` integer DEFAULT 0 NOT NULL,
	`skipped` integer DEFAULT 0 NOT NULL,
	`started_at` integer,
	`finished_at` integer,
	`error` text
);
--> statement-breakpoint
ALTER TABLE `data_keys` ADD `recovery` text;--> statement-breakpoint
ALTER TABLE `data_keys` ADD `recovery_bytes` blob;