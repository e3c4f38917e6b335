CREATE TABLE "snapshot_matters" (
	"snapshot_id" uuid NOT NULL,
	"matter" text NOT NULL,
	"split" text NOT NULL,
	"comparisons" integer NOT NULL,
	CONSTRAINT "snapshot_matters_snapshot_id_matter_split_pk" PRIMARY KEY("snapshot_id","matter","split"),
	CONSTRAINT "snapshot_matters_split" CHECK ("snapshot_matters"."split" in ('train','dev','test'))
);
--> statement-breakpoint
CREATE TABLE "snapshot_rules" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"project_id" uuid NOT NULL,
	"name" text NOT NULL,
	"version" integer NOT NULL,
	"objective" text NOT NULL,
	"rule" jsonb NOT NULL,
	"created_by" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "snapshot_rules_version" UNIQUE("project_id","name","version"),
	CONSTRAINT "snapshot_rules_name" CHECK (char_length("snapshot_rules"."name") between 1 and 80),
	CONSTRAINT "snapshot_rules_objective" CHECK ("snapshot_rules"."objective" in ('dpo','kto','orpo','cpo','simpo','sft','rm'))
);
--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "matter_is_group" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "snapshot_matters" ADD CONSTRAINT "snapshot_matters_snapshot_id_snapshots_id_fk" FOREIGN KEY ("snapshot_id") REFERENCES "public"."snapshots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "snapshot_rules" ADD CONSTRAINT "snapshot_rules_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "snapshot_rules" ADD CONSTRAINT "snapshot_rules_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON snapshot_rules FOR EACH ROW EXECUTE FUNCTION refuse_change();--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON snapshot_matters FOR EACH ROW EXECUTE FUNCTION refuse_change();
