CREATE TABLE "source_looks" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"root" text NOT NULL,
	"prefix" text NOT NULL,
	"path" text NOT NULL,
	"after" text,
	"most" integer NOT NULL,
	"taken_at" timestamp with time zone,
	"answer" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "import_sources" DROP CONSTRAINT "import_sources_kind";--> statement-breakpoint
ALTER TABLE "import_sources" ADD COLUMN "hub" text;--> statement-breakpoint
ALTER TABLE "import_sources" ADD COLUMN "repo" text;--> statement-breakpoint
ALTER TABLE "import_sources" ADD COLUMN "commit" text;--> statement-breakpoint
ALTER TABLE "judgments" ADD COLUMN "margin" double precision;--> statement-breakpoint
ALTER TABLE "import_sources" ADD CONSTRAINT "import_sources_hub" CHECK (case when "import_sources"."kind" = 'hub' then num_nonnulls("import_sources"."hub", "import_sources"."repo", "import_sources"."commit") = 3 and "import_sources"."hub" in ('hf','modelscope') and "import_sources"."commit" ~ '^[0-9a-f]{40}$' else num_nonnulls("import_sources"."hub", "import_sources"."repo", "import_sources"."commit") = 0 end);--> statement-breakpoint
ALTER TABLE "import_sources" ADD CONSTRAINT "import_sources_kind" CHECK ("import_sources"."kind" = 'folder' and "import_sources"."root" is not null and num_nonnulls("import_sources"."bucket", "import_sources"."endpoint", "import_sources"."region", "import_sources"."sealed_keys") = 0 or "import_sources"."kind" = 's3' and "import_sources"."root" is null and num_nonnulls("import_sources"."bucket", "import_sources"."region") = 2 or "import_sources"."kind" = 'hub' and num_nonnulls("import_sources"."root", "import_sources"."bucket", "import_sources"."endpoint", "import_sources"."region", "import_sources"."sealed_keys") = 0);--> statement-breakpoint
ALTER TABLE "judgments" ADD CONSTRAINT "judgments_margin" CHECK ("judgments"."margin" is null or ("judgments"."margin" > 0 and "judgments"."origin" = 'import' and "judgments"."verdict" in ('a','b')));