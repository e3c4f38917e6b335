CREATE TABLE "desensitisation_keys" (
	"project_id" uuid PRIMARY KEY NOT NULL,
	"sealed" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "desensitisation_settings" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"project_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"rules" jsonb NOT NULL,
	"lists" text NOT NULL,
	"created_by" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "desensitisation_settings_version" UNIQUE("project_id","version")
);
--> statement-breakpoint
CREATE TABLE "findings" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"project_id" uuid NOT NULL,
	"import_id" uuid NOT NULL,
	"line" integer NOT NULL,
	"position" bigint NOT NULL,
	"field" text NOT NULL,
	"kind" text NOT NULL,
	"action" text NOT NULL,
	"shown" text NOT NULL,
	"before" text NOT NULL,
	"after" text NOT NULL,
	"value_key" text NOT NULL,
	"sealed" text,
	"matter" text,
	CONSTRAINT "findings_position" UNIQUE("import_id","position"),
	CONSTRAINT "findings_action" CHECK ("findings"."action" in ('flag','mask','placeholder'))
);
--> statement-breakpoint
CREATE TABLE "snapshot_scans" (
	"snapshot_id" uuid NOT NULL,
	"settings_version" integer NOT NULL,
	"rows" integer NOT NULL,
	"rows_found" integer NOT NULL,
	"counts" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "snapshot_scans_snapshot_id_settings_version_pk" PRIMARY KEY("snapshot_id","settings_version")
);
--> statement-breakpoint
ALTER TABLE "imports" DROP CONSTRAINT "imports_status";--> statement-breakpoint
ALTER TABLE "import_rows" ADD COLUMN "sealed" text;--> statement-breakpoint
ALTER TABLE "imports" ADD COLUMN "desensitised" jsonb;--> statement-breakpoint
ALTER TABLE "imports" ADD COLUMN "masking" jsonb;--> statement-breakpoint
ALTER TABLE "imports" ADD COLUMN "masking_taken_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "desensitisation_keys" ADD CONSTRAINT "desensitisation_keys_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "desensitisation_settings" ADD CONSTRAINT "desensitisation_settings_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "desensitisation_settings" ADD CONSTRAINT "desensitisation_settings_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "findings" ADD CONSTRAINT "findings_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "findings" ADD CONSTRAINT "findings_import_id_imports_id_fk" FOREIGN KEY ("import_id") REFERENCES "public"."imports"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "snapshot_scans" ADD CONSTRAINT "snapshot_scans_snapshot_id_snapshots_id_fk" FOREIGN KEY ("snapshot_id") REFERENCES "public"."snapshots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "findings_kind" ON "findings" USING btree ("import_id","kind","position");--> statement-breakpoint
ALTER TABLE "imports" ADD CONSTRAINT "imports_status" CHECK ("imports"."status" in ('staging','masking','scanned','published','refused','failed','discarded'));--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON desensitisation_settings FOR EACH ROW EXECUTE FUNCTION refuse_change();--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON snapshot_scans FOR EACH ROW EXECUTE FUNCTION refuse_change();
