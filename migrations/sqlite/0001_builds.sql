CREATE TABLE `build_returns` (
	`rollback` text PRIMARY KEY NOT NULL,
	`build` text NOT NULL,
	`deployment` text NOT NULL,
	`since` text NOT NULL,
	`service` text,
	`digest` text,
	`outcome` text,
	FOREIGN KEY (`rollback`) REFERENCES `activities`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`deployment`) REFERENCES `activities`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `packages` (
	`application` text NOT NULL,
	`stage` text NOT NULL,
	`build` text NOT NULL,
	`service` text NOT NULL,
	`commit` text NOT NULL,
	`format` text NOT NULL,
	`digest` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`stored_by` text NOT NULL,
	`stored_at` integer NOT NULL,
	PRIMARY KEY(`application`, `stage`, `build`, `service`)
);
