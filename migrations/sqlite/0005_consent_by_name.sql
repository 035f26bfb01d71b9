ALTER TABLE `deployments` ADD `allowed_losses` text;--> statement-breakpoint
ALTER TABLE `rollbacks` ADD `allowed_losses` text;