CREATE TABLE "artifact_texts" (
	"project_id" uuid NOT NULL,
	"sha256" text NOT NULL,
	"state" text DEFAULT 'waiting' NOT NULL,
	"body" text,
	"pages" integer,
	"tries" integer DEFAULT 0 NOT NULL,
	"taken_at" timestamp with time zone,
	CONSTRAINT "artifact_texts_project_id_sha256_pk" PRIMARY KEY("project_id","sha256"),
	CONSTRAINT "artifact_texts_state" CHECK ("artifact_texts"."state" in ('waiting','read','unreadable') and ("artifact_texts"."state" = 'read') = ("artifact_texts"."body" is not null))
);
--> statement-breakpoint
ALTER TABLE "artifact_texts" ADD CONSTRAINT "artifact_texts_project_id_sha256_artifacts_project_id_sha256_fk" FOREIGN KEY ("project_id","sha256") REFERENCES "public"."artifacts"("project_id","sha256") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "artifact_texts_waiting" ON "artifact_texts" USING btree ("project_id") WHERE state = 'waiting';