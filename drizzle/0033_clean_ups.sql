CREATE TABLE "attempt_folders" (
	"run_id" uuid NOT NULL,
	"attempt" integer NOT NULL,
	"host_key" text NOT NULL,
	"bytes" bigint NOT NULL,
	"measured_at" timestamp with time zone DEFAULT now() NOT NULL,
	"clean_up_id" uuid,
	"gone_at" timestamp with time zone,
	CONSTRAINT "attempt_folders_run_id_attempt_pk" PRIMARY KEY("run_id","attempt")
);
--> statement-breakpoint
CREATE TABLE "clean_up_files" (
	"clean_up_id" uuid NOT NULL,
	"sha256" text NOT NULL,
	"bytes" bigint NOT NULL,
	"gone" boolean DEFAULT false NOT NULL,
	CONSTRAINT "clean_up_files_clean_up_id_sha256_pk" PRIMARY KEY("clean_up_id","sha256")
);
--> statement-breakpoint
CREATE TABLE "clean_ups" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"rule" jsonb NOT NULL,
	"status" text DEFAULT 'queued' NOT NULL,
	"taken_at" timestamp with time zone,
	"by_user_id" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "clean_ups_status" CHECK ("clean_ups"."status" in ('queued','running','done'))
);
--> statement-breakpoint
ALTER TABLE "attempt_folders" ADD CONSTRAINT "attempt_folders_clean_up_id_clean_ups_id_fk" FOREIGN KEY ("clean_up_id") REFERENCES "public"."clean_ups"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attempt_folders" ADD CONSTRAINT "attempt_folders_run_id_attempt_run_attempts_run_id_number_fk" FOREIGN KEY ("run_id","attempt") REFERENCES "public"."run_attempts"("run_id","number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "clean_up_files" ADD CONSTRAINT "clean_up_files_clean_up_id_clean_ups_id_fk" FOREIGN KEY ("clean_up_id") REFERENCES "public"."clean_ups"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "clean_ups" ADD CONSTRAINT "clean_ups_by_user_id_users_id_fk" FOREIGN KEY ("by_user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "attempt_folders_to_go" ON "attempt_folders" USING btree ("host_key") WHERE clean_up_id is not null and gone_at is null;--> statement-breakpoint
CREATE INDEX "clean_ups_open" ON "clean_ups" USING btree ("id") WHERE status <> 'done';