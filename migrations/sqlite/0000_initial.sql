CREATE TABLE `activities` (
	`number` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`type` text NOT NULL,
	`status` text NOT NULL,
	`application` text NOT NULL,
	`stage` text NOT NULL,
	`branch` text,
	`commit` text,
	`build` text,
	`target` text NOT NULL,
	`account` text,
	`region` text,
	`requested_by` text NOT NULL,
	`reason` text,
	`ticket` text,
	`claim` text NOT NULL,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`finished_at` integer,
	`cancel_requested_at` integer,
	`error` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `activities_id_unique` ON `activities` (`id`);--> statement-breakpoint
CREATE INDEX `activities_by_time` ON `activities` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `activities_by_type` ON `activities` (`type`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `activities_by_status` ON `activities` (`status`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `activities_by_target` ON `activities` (`target`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `activities_by_application` ON `activities` (`application`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `activities_by_stage` ON `activities` (`application`,`stage`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `activities_by_branch` ON `activities` (`application`,`stage`,`branch`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `activities_unfinished` ON `activities` (`target`,`created_at`,`id`) WHERE status in ('Queued', 'In Progress');--> statement-breakpoint
CREATE TABLE `altered` (
	`deployment` text NOT NULL,
	`position` integer NOT NULL,
	`component` text NOT NULL,
	`change` text NOT NULL,
	`parent` text,
	`physical_id` text,
	`before` text,
	`deployed` text,
	`diff` text NOT NULL,
	`readiness` text NOT NULL,
	`reasons` text NOT NULL,
	PRIMARY KEY(`deployment`, `position`),
	FOREIGN KEY (`deployment`) REFERENCES `activities`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `deployments` (
	`id` text PRIMARY KEY NOT NULL,
	`scope` text NOT NULL,
	`on_failure` text NOT NULL,
	`allow_destructive` integer NOT NULL,
	`outcome` text,
	`message` text,
	`altered` text,
	`rollback` text,
	FOREIGN KEY (`id`) REFERENCES `activities`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`rollback`) REFERENCES `activities`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`key` text PRIMARY KEY NOT NULL,
	`fingerprint` text NOT NULL,
	`created_at` integer NOT NULL,
	`status` integer,
	`headers` text,
	`body` text
);
--> statement-breakpoint
CREATE INDEX `idempotency_keys_by_time` ON `idempotency_keys` (`created_at`);--> statement-breakpoint
CREATE TABLE `jobs` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`type` text NOT NULL,
	`subject` text NOT NULL,
	`status` text NOT NULL,
	`fence` integer NOT NULL,
	`lease_until` integer,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_unfinished` ON `jobs` (`subject`,`type`) WHERE status <> 'done';--> statement-breakpoint
CREATE INDEX `jobs_by_status` ON `jobs` (`status`,`id`);--> statement-breakpoint
CREATE TABLE `journal` (
	`rollback` text NOT NULL,
	`step` integer NOT NULL,
	`index` integer NOT NULL,
	`action` text NOT NULL,
	`token` text NOT NULL,
	`status` text NOT NULL,
	`result` text,
	PRIMARY KEY(`rollback`, `step`, `index`),
	FOREIGN KEY (`rollback`) REFERENCES `activities`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `log_lines` (
	`activity` integer NOT NULL,
	`seq` integer NOT NULL,
	`at` integer NOT NULL,
	`level` text NOT NULL,
	`component` text,
	`step` integer,
	`message` text NOT NULL,
	`aws` text,
	PRIMARY KEY(`activity`, `seq`),
	FOREIGN KEY (`activity`) REFERENCES `activities`(`number`) ON UPDATE no action ON DELETE no action
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `plans` (
	`rollback` text PRIMARY KEY NOT NULL,
	`digest` text NOT NULL,
	`planned_at` integer NOT NULL,
	`steps` text NOT NULL,
	FOREIGN KEY (`rollback`) REFERENCES `activities`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `rollback_deployments` (
	`rollback` text NOT NULL,
	`position` integer NOT NULL,
	`deployment` text NOT NULL,
	PRIMARY KEY(`rollback`, `position`),
	FOREIGN KEY (`rollback`) REFERENCES `activities`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`deployment`) REFERENCES `activities`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `rollback_deployments_by_deployment` ON `rollback_deployments` (`deployment`,`rollback`);--> statement-breakpoint
CREATE TABLE `rollback_steps` (
	`rollback` text NOT NULL,
	`order` integer NOT NULL,
	`component` text NOT NULL,
	`action` text NOT NULL,
	`status` text NOT NULL,
	`verified` integer,
	`strategy` text NOT NULL,
	`warnings` text NOT NULL,
	`error` text,
	`started_at` integer,
	`finished_at` integer,
	PRIMARY KEY(`rollback`, `order`),
	FOREIGN KEY (`rollback`) REFERENCES `activities`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `rollbacks` (
	`id` text PRIMARY KEY NOT NULL,
	`undoes` text,
	`picked` text NOT NULL,
	`strategy` text NOT NULL,
	`on_conflict` text NOT NULL,
	`on_error` text NOT NULL,
	`allow_destructive` integer NOT NULL,
	`include_failed` integer NOT NULL,
	`approved_digest` text,
	`result` text,
	FOREIGN KEY (`id`) REFERENCES `activities`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`undoes`) REFERENCES `activities`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `snapshot_components` (
	`snapshot` text NOT NULL,
	`component` text NOT NULL,
	`parent` text,
	`physical_id` text,
	`incomplete` text,
	`digest` text NOT NULL,
	`state` text NOT NULL,
	PRIMARY KEY(`snapshot`, `component`),
	FOREIGN KEY (`snapshot`) REFERENCES `snapshots`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`state`) REFERENCES `states`(`digest`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `snapshots` (
	`id` text PRIMARY KEY NOT NULL,
	`activity` text NOT NULL,
	`purpose` text NOT NULL,
	`status` text NOT NULL,
	`taken_at` integer,
	`components` integer NOT NULL,
	`size_bytes` integer NOT NULL,
	FOREIGN KEY (`activity`) REFERENCES `activities`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `snapshots_by_activity` ON `snapshots` (`activity`,`purpose`);--> statement-breakpoint
CREATE INDEX `snapshots_by_time` ON `snapshots` (`purpose`,`status`,`taken_at`,`id`);--> statement-breakpoint
CREATE TABLE `states` (
	`digest` text PRIMARY KEY NOT NULL,
	`body` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `tokens` (
	`hash` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`role` text NOT NULL,
	`created_at` integer NOT NULL
);
