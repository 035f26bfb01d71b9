CREATE TABLE `component_history` (
	`number` integer PRIMARY KEY NOT NULL,
	`component` text NOT NULL,
	`target` text NOT NULL,
	`snapshot` text NOT NULL,
	`digest` text,
	`incomplete` text,
	FOREIGN KEY (`snapshot`) REFERENCES `snapshots`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `component_history_by_component` ON `component_history` (`component`,`target`,`number`);--> statement-breakpoint
CREATE TABLE `pinned_states` (
	`pin` text NOT NULL,
	`component` text NOT NULL,
	`digest` text,
	`code_sha256` text,
	`superseded_by` text,
	PRIMARY KEY(`pin`, `component`),
	FOREIGN KEY (`pin`) REFERENCES `pins`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`superseded_by`) REFERENCES `activities`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `pins` (
	`id` text PRIMARY KEY NOT NULL,
	`rollback` text NOT NULL,
	`application` text NOT NULL,
	`stage` text NOT NULL,
	`target` text NOT NULL,
	`builds` text NOT NULL,
	`commits` text NOT NULL,
	`created_at` integer NOT NULL,
	`cleared_at` integer,
	`cleared_by` text,
	`clear_reason` text,
	FOREIGN KEY (`rollback`) REFERENCES `activities`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `pins_rollback_unique` ON `pins` (`rollback`);--> statement-breakpoint
CREATE INDEX `pins_by_time` ON `pins` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `pins_by_stage` ON `pins` (`application`,`stage`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `revalidations` (
	`id` text PRIMARY KEY NOT NULL,
	`application` text NOT NULL,
	`stage` text NOT NULL,
	`subject` text NOT NULL,
	`name` text NOT NULL,
	`rollback` text NOT NULL,
	`created_at` integer NOT NULL,
	`closed_at` integer,
	`closed_by` text,
	`cleared_by` text,
	`clear_reason` text,
	FOREIGN KEY (`rollback`) REFERENCES `activities`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`closed_by`) REFERENCES `activities`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `revalidations_open` ON `revalidations` (`application`,`stage`,`subject`,`name`) WHERE closed_at is null;--> statement-breakpoint
CREATE INDEX `revalidations_by_stage` ON `revalidations` (`application`,`stage`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `stage_policies` (
	`application` text NOT NULL,
	`stage` text NOT NULL,
	`pins` text NOT NULL,
	`require_reason` integer NOT NULL,
	`secret_keys` text NOT NULL,
	`shown_keys` text NOT NULL,
	`updated_at` integer NOT NULL,
	`updated_by` text NOT NULL,
	PRIMARY KEY(`application`, `stage`)
);
--> statement-breakpoint
ALTER TABLE `deployments` ADD `readiness` text;--> statement-breakpoint
ALTER TABLE `deployments` ADD `warnings` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `deployments` ADD `pinned` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `rollbacks` ADD `restores` text REFERENCES snapshots(id);--> statement-breakpoint
ALTER TABLE `rollbacks` ADD `drill` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `snapshot_components` ADD `readiness` text;--> statement-breakpoint
ALTER TABLE `snapshot_components` ADD `reasons` text;--> statement-breakpoint
INSERT INTO `component_history` (`component`, `target`, `snapshot`, `digest`, `incomplete`)
SELECT component, target, snapshot, digest, incomplete FROM (
	SELECT held.component, owner.target, held.snapshot, held.digest, held.incomplete, taken.taken_at,
		row_number() OVER seen AS nth,
		lag(held.digest) OVER seen AS last_digest,
		lag(held.incomplete) OVER seen AS last_incomplete
	FROM snapshot_components held
	JOIN snapshots taken ON taken.id = held.snapshot
	JOIN activities owner ON owner.id = taken.activity
	WINDOW seen AS (PARTITION BY held.component, owner.target, owner.account, owner.region ORDER BY taken.taken_at, taken.id)
)
WHERE nth = 1 OR digest IS NOT last_digest OR incomplete IS NOT last_incomplete
ORDER BY taken_at, snapshot, component;
