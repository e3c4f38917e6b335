CREATE TABLE "snapshot_diffs" (
	"after_id" uuid NOT NULL,
	"before_id" uuid NOT NULL,
	"part" text NOT NULL,
	"block" integer NOT NULL,
	"last_id" uuid NOT NULL,
	"counts" jsonb NOT NULL,
	CONSTRAINT "snapshot_diffs_after_id_before_id_part_block_pk" PRIMARY KEY("after_id","before_id","part","block"),
	CONSTRAINT "snapshot_diffs_part" CHECK ("snapshot_diffs"."part" in ('comparisons','judgments'))
);
--> statement-breakpoint
ALTER TABLE "snapshot_comparisons" ADD COLUMN "text_hash" text;--> statement-breakpoint
ALTER TABLE "snapshots" ADD COLUMN "snapshot_rule_id" uuid;--> statement-breakpoint
ALTER TABLE "snapshot_diffs" ADD CONSTRAINT "snapshot_diffs_after_id_snapshots_id_fk" FOREIGN KEY ("after_id") REFERENCES "public"."snapshots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "snapshot_diffs" ADD CONSTRAINT "snapshot_diffs_before_id_snapshots_id_fk" FOREIGN KEY ("before_id") REFERENCES "public"."snapshots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "snapshots" ADD CONSTRAINT "snapshots_snapshot_rule_id_snapshot_rules_id_fk" FOREIGN KEY ("snapshot_rule_id") REFERENCES "public"."snapshot_rules"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON snapshot_diffs FOR EACH ROW EXECUTE FUNCTION refuse_change();
