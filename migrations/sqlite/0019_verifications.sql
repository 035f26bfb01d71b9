CREATE TABLE `damaged_components` (
	`snapshot` text NOT NULL,
	`component` text NOT NULL,
	`scope` text NOT NULL,
	`digest` text NOT NULL,
	PRIMARY KEY(`snapshot`, `component`, `scope`, `digest`)
);
--> statement-breakpoint
CREATE INDEX `damaged_components_by_damage` ON `damaged_components` (`scope`,`digest`);--> statement-breakpoint
CREATE TABLE `damages` (
	`scope` text NOT NULL,
	`digest` text NOT NULL,
	`damage` text NOT NULL,
	`found_at` integer NOT NULL,
	PRIMARY KEY(`scope`, `digest`)
);
--> statement-breakpoint
CREATE TABLE `findings` (
	`verification` text NOT NULL,
	`number` integer NOT NULL,
	`finding` text NOT NULL,
	PRIMARY KEY(`verification`, `number`),
	FOREIGN KEY (`verification`) REFERENCES `verifications`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `verifications` (
	`id` text PRIMARY KEY NOT NULL,
	`requested_by` text NOT NULL,
	`requested_at` integer NOT NULL,
	`read_data` integer NOT NULL,
	`part` integer,
	`parts` integer,
	`status` text NOT NULL,
	`rows` integer DEFAULT 0 NOT NULL,
	`records` integer DEFAULT 0 NOT NULL,
	`files` integer DEFAULT 0 NOT NULL,
	`bytes` integer DEFAULT 0 NOT NULL,
	`damaged` integer DEFAULT 0 NOT NULL,
	`left_over` integer DEFAULT 0 NOT NULL,
	`started_at` integer,
	`finished_at` integer,
	`error` text
);
--> statement-breakpoint
CREATE INDEX `verifications_by_time` ON `verifications` (`requested_at`,`id`);--> statement-breakpoint
CREATE INDEX `snapshot_components_by_state` ON `snapshot_components` (`state`);