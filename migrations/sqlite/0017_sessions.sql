CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`token` text NOT NULL,
	`created_at` integer NOT NULL,
	`used_at` integer NOT NULL
);
