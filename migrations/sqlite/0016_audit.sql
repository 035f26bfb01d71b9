CREATE TABLE `audit_checkpoints` (
	`size` integer PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`checkpoint` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `audit_inbox` (
	`entry` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`body` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `audit_nodes` (
	`level` integer NOT NULL,
	`position` integer NOT NULL,
	`hash` text NOT NULL,
	PRIMARY KEY(`level`, `position`)
);
--> statement-breakpoint
CREATE TABLE `audit_records` (
	`seq` integer PRIMARY KEY NOT NULL,
	`entry` integer NOT NULL,
	`at` integer NOT NULL,
	`actor` text NOT NULL,
	`action` text NOT NULL,
	`subject` text NOT NULL,
	`application` text,
	`stage` text,
	`hash` text NOT NULL,
	`record` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `audit_records_by_entry` ON `audit_records` (`entry`);--> statement-breakpoint
CREATE INDEX `audit_records_by_time` ON `audit_records` (`at`);--> statement-breakpoint
CREATE INDEX `audit_records_by_actor` ON `audit_records` (`actor`,`seq`);--> statement-breakpoint
CREATE INDEX `audit_records_by_action` ON `audit_records` (`action`,`seq`);--> statement-breakpoint
CREATE INDEX `audit_records_by_subject` ON `audit_records` (`subject`,`seq`);--> statement-breakpoint
CREATE INDEX `audit_records_by_application` ON `audit_records` (`application`,`seq`);--> statement-breakpoint
CREATE TABLE `audit_texts` (
	`entry` integer NOT NULL,
	`pointer` text NOT NULL,
	`actor` text NOT NULL,
	`salt` text NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`entry`, `pointer`)
);
--> statement-breakpoint
CREATE INDEX `audit_texts_by_actor` ON `audit_texts` (`actor`);--> statement-breakpoint
CREATE TRIGGER `audit_inbox_stays` BEFORE UPDATE ON `audit_inbox` BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;--> statement-breakpoint
CREATE TRIGGER `audit_inbox_is_chained` BEFORE DELETE ON `audit_inbox` WHEN NOT EXISTS (SELECT 1 FROM `audit_records` WHERE `entry` = OLD.`entry`) BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;--> statement-breakpoint
CREATE TRIGGER `audit_records_stay` BEFORE UPDATE ON `audit_records` BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;--> statement-breakpoint
CREATE TRIGGER `audit_records_are_kept` BEFORE DELETE ON `audit_records` BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;--> statement-breakpoint
CREATE TRIGGER `audit_texts_stay` BEFORE UPDATE OF `entry`, `pointer`, `actor`, `salt` ON `audit_texts` BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;--> statement-breakpoint
CREATE TRIGGER `audit_nodes_stay` BEFORE UPDATE ON `audit_nodes` BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;--> statement-breakpoint
CREATE TRIGGER `audit_nodes_are_kept` BEFORE DELETE ON `audit_nodes` BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;--> statement-breakpoint
CREATE TRIGGER `audit_checkpoints_stay` BEFORE UPDATE ON `audit_checkpoints` BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;--> statement-breakpoint
CREATE TRIGGER `audit_checkpoints_are_kept` BEFORE DELETE ON `audit_checkpoints` BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
