CREATE TABLE `known_secrets` (
	`number` integer PRIMARY KEY NOT NULL,
	`application` text NOT NULL,
	`stage` text NOT NULL,
	`target` text NOT NULL,
	`digest` text NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `known_secrets_once` ON `known_secrets` (`application`,`stage`,`target`,`digest`);--> statement-breakpoint
CREATE INDEX `known_secrets_by_stage` ON `known_secrets` (`application`,`stage`,`number`);--> statement-breakpoint
ALTER TABLE `installation` ADD `secrets` integer DEFAULT false NOT NULL;