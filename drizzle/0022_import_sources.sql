CREATE TABLE "import_reads" (
	"import_id" uuid PRIMARY KEY NOT NULL,
	"source_id" uuid NOT NULL,
	"path" text NOT NULL,
	"asked" jsonb NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"worker_id" uuid,
	"again_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "import_source_projects" (
	"source_id" uuid NOT NULL,
	"project_id" uuid NOT NULL,
	CONSTRAINT "import_source_projects_source_id_project_id_pk" PRIMARY KEY("source_id","project_id")
);
--> statement-breakpoint
CREATE TABLE "import_sources" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"root" text,
	"bucket" text,
	"endpoint" text,
	"region" text,
	"prefix" text DEFAULT '' NOT NULL,
	"sealed_keys" text,
	"everywhere" boolean DEFAULT false NOT NULL,
	"created_by" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"retired_at" timestamp with time zone,
	CONSTRAINT "import_sources_kind" CHECK ("import_sources"."kind" = 'folder' and "import_sources"."root" is not null and num_nonnulls("import_sources"."bucket", "import_sources"."endpoint", "import_sources"."region", "import_sources"."sealed_keys") = 0 or "import_sources"."kind" = 's3' and "import_sources"."root" is null and num_nonnulls("import_sources"."bucket", "import_sources"."region") = 2)
);
--> statement-breakpoint
ALTER TABLE "imports" ADD COLUMN "origin" jsonb;--> statement-breakpoint
ALTER TABLE "import_reads" ADD CONSTRAINT "import_reads_import_id_imports_id_fk" FOREIGN KEY ("import_id") REFERENCES "public"."imports"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_reads" ADD CONSTRAINT "import_reads_source_id_import_sources_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."import_sources"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_reads" ADD CONSTRAINT "import_reads_worker_id_workers_id_fk" FOREIGN KEY ("worker_id") REFERENCES "public"."workers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_source_projects" ADD CONSTRAINT "import_source_projects_source_id_import_sources_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."import_sources"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_source_projects" ADD CONSTRAINT "import_source_projects_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_sources" ADD CONSTRAINT "import_sources_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "import_reads_worker" ON "import_reads" USING btree ("worker_id");--> statement-breakpoint
CREATE INDEX "import_source_projects_project" ON "import_source_projects" USING btree ("project_id");--> statement-breakpoint
CREATE UNIQUE INDEX "import_sources_name" ON "import_sources" USING btree ("name") WHERE retired_at is null;--> statement-breakpoint
CREATE INDEX "imports_origin" ON "imports" USING btree ("project_id",(origin->>'file')) WHERE origin is not null;