ALTER TABLE "clean_ups" DROP CONSTRAINT "clean_ups_status";--> statement-breakpoint
DROP INDEX "clean_ups_open";--> statement-breakpoint
ALTER TABLE "clean_ups" ADD COLUMN "problem" text;--> statement-breakpoint
CREATE INDEX "clean_ups_open" ON "clean_ups" USING btree ("id") WHERE status in ('queued','running');--> statement-breakpoint
ALTER TABLE "clean_ups" ADD CONSTRAINT "clean_ups_problem" CHECK (("clean_ups"."status" = 'failed') = ("clean_ups"."problem" is not null));--> statement-breakpoint
ALTER TABLE "clean_ups" ADD CONSTRAINT "clean_ups_status" CHECK ("clean_ups"."status" in ('queued','running','done','failed'));