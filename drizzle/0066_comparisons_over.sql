DROP INDEX "comparisons_exhausted";--> statement-breakpoint
CREATE INDEX "comparisons_over" ON "comparisons" USING btree ("round_id","status") WHERE status in ('exhausted', 'closed');