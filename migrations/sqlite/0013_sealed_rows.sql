CREATE TABLE `data_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`purpose` text NOT NULL,
	`scope` text NOT NULL,
	`period` text NOT NULL,
	`generation` integer DEFAULT 0 NOT NULL,
	`master` text NOT NULL,
	`bytes` blob NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `data_keys_newest` ON `data_keys` (`purpose`,`scope`,`period`,`generation`);--> statement-breakpoint
CREATE TABLE `installation` (
	`only` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`state` text NOT NULL
);
