ALTER TABLE "webhooks" ALTER COLUMN "told_txid" SET DEFAULT pg_snapshot_xmin(pg_current_snapshot());--> statement-breakpoint
-- Two steps: those that are there already go on from where they are.
ALTER TABLE "webhooks" ADD COLUMN "since" "pg_snapshot";--> statement-breakpoint
ALTER TABLE "webhooks" ALTER COLUMN "since" SET DEFAULT pg_current_snapshot();
