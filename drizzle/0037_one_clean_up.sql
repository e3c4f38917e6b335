DROP INDEX "clean_ups_open";--> statement-breakpoint
CREATE UNIQUE INDEX "clean_ups_open" ON "clean_ups" USING btree ((true)) WHERE status in ('queued','running');