CREATE TABLE `approvals` (
	`number` integer PRIMARY KEY NOT NULL,
	`about` text NOT NULL,
	`covers` text NOT NULL,
	`by` text NOT NULL,
	`made_by` text NOT NULL,
	`decision` text NOT NULL,
	`comment` text,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `approvals_by_subject` ON `approvals` (`about`,`number`);--> statement-breakpoint
ALTER TABLE `rollbacks` ADD `editors` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `rollbacks` ADD `waiver` text;--> statement-breakpoint
ALTER TABLE `rollbacks` ADD `reviewed_at` integer;--> statement-breakpoint
ALTER TABLE `rollbacks` ADD `reviewed_by` text;--> statement-breakpoint
ALTER TABLE `rollbacks` ADD `review_comment` text;--> statement-breakpoint
ALTER TABLE `stage_policies` ADD `approvals` text DEFAULT '{"required":0,"notByRequester":true,"validForMinutes":60}' NOT NULL;--> statement-breakpoint
ALTER TABLE `stage_policies` ADD `emergency` text DEFAULT '{"roles":[]}' NOT NULL;--> statement-breakpoint
ALTER TABLE `stage_policies` ADD `auto_rollback` integer DEFAULT false NOT NULL;