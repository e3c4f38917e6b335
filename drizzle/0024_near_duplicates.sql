CREATE TABLE "near_duplicate_scans" (
	"project_id" uuid PRIMARY KEY NOT NULL,
	"state" text DEFAULT 'waiting' NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"looked" integer DEFAULT 0 NOT NULL,
	"trouble" text,
	"wanted_at" timestamp with time zone DEFAULT now() NOT NULL,
	"taken_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	CONSTRAINT "near_duplicate_scans_state" CHECK ("near_duplicate_scans"."state" in ('waiting','done'))
);
--> statement-breakpoint
CREATE TABLE "near_duplicates" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"project_id" uuid NOT NULL,
	"prompt_id" uuid NOT NULL,
	"like_id" uuid NOT NULL,
	"estimate" real NOT NULL,
	"jaccard" real NOT NULL,
	"algorithm" text NOT NULL,
	"threshold" real NOT NULL,
	"decision" text,
	"decided_by" uuid,
	"decided_at" timestamp with time zone,
	"found_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "near_duplicates_pair" UNIQUE("prompt_id","like_id"),
	CONSTRAINT "near_duplicates_order" CHECK ("near_duplicates"."prompt_id" < "near_duplicates"."like_id"),
	CONSTRAINT "near_duplicates_decision" CHECK ("near_duplicates"."decision" in ('same','different')),
	CONSTRAINT "near_duplicates_decided" CHECK (("near_duplicates"."decision" is null) = ("near_duplicates"."decided_by" is null) and ("near_duplicates"."decision" is null) = ("near_duplicates"."decided_at" is null))
);
--> statement-breakpoint
CREATE TABLE "prompt_signatures" (
	"prompt_id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"algorithm" text NOT NULL,
	"bands" bigint[] NOT NULL
);
--> statement-breakpoint
CREATE TABLE "prompt_group_links" (
	"project_id" uuid NOT NULL,
	"group_id" uuid NOT NULL,
	"other_id" uuid NOT NULL,
	"created_by" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "prompt_group_links_group_id_other_id_pk" PRIMARY KEY("group_id","other_id"),
	CONSTRAINT "prompt_group_links_order" CHECK ("prompt_group_links"."group_id" < "prompt_group_links"."other_id")
);
--> statement-breakpoint
ALTER TABLE "prompt_groups" ADD COLUMN "merged_into_id" uuid;--> statement-breakpoint
ALTER TABLE "prompts" ADD COLUMN "home_group_id" uuid;--> statement-breakpoint
ALTER TABLE "near_duplicate_scans" ADD CONSTRAINT "near_duplicate_scans_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "near_duplicates" ADD CONSTRAINT "near_duplicates_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "near_duplicates" ADD CONSTRAINT "near_duplicates_prompt_id_prompts_id_fk" FOREIGN KEY ("prompt_id") REFERENCES "public"."prompts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "near_duplicates" ADD CONSTRAINT "near_duplicates_like_id_prompts_id_fk" FOREIGN KEY ("like_id") REFERENCES "public"."prompts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "near_duplicates" ADD CONSTRAINT "near_duplicates_decided_by_users_id_fk" FOREIGN KEY ("decided_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "prompt_signatures" ADD CONSTRAINT "prompt_signatures_prompt_id_prompts_id_fk" FOREIGN KEY ("prompt_id") REFERENCES "public"."prompts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "prompt_signatures" ADD CONSTRAINT "prompt_signatures_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "prompt_group_links" ADD CONSTRAINT "prompt_group_links_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "prompt_group_links" ADD CONSTRAINT "prompt_group_links_group_id_prompt_groups_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."prompt_groups"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "prompt_group_links" ADD CONSTRAINT "prompt_group_links_other_id_prompt_groups_id_fk" FOREIGN KEY ("other_id") REFERENCES "public"."prompt_groups"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "prompt_group_links" ADD CONSTRAINT "prompt_group_links_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "near_duplicate_scans_waiting" ON "near_duplicate_scans" USING btree ("taken_at") WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX "near_duplicates_like" ON "near_duplicates" USING btree ("like_id");--> statement-breakpoint
CREATE INDEX "near_duplicates_open" ON "near_duplicates" USING btree ("project_id","prompt_id") WHERE decision is null;--> statement-breakpoint
CREATE INDEX "near_duplicates_decided" ON "near_duplicates" USING btree ("project_id","prompt_id") WHERE decision is not null;--> statement-breakpoint
CREATE INDEX "prompt_signatures_bands" ON "prompt_signatures" USING gin ("bands");--> statement-breakpoint
CREATE INDEX "prompt_group_links_other" ON "prompt_group_links" USING btree ("other_id");--> statement-breakpoint
ALTER TABLE "prompt_groups" ADD CONSTRAINT "prompt_groups_merged_into_id_prompt_groups_id_fk" FOREIGN KEY ("merged_into_id") REFERENCES "public"."prompt_groups"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "prompts" ADD CONSTRAINT "prompts_home_group_id_prompt_groups_id_fk" FOREIGN KEY ("home_group_id") REFERENCES "public"."prompt_groups"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "prompt_groups_merged" ON "prompt_groups" USING btree ("merged_into_id") WHERE merged_into_id is not null;--> statement-breakpoint
CREATE INDEX "prompts_home" ON "prompts" USING btree ("home_group_id") WHERE home_group_id is not null;--> statement-breakpoint
ALTER TABLE "prompt_groups" ADD CONSTRAINT "prompt_groups_merged_into_other" CHECK ("prompt_groups"."merged_into_id" <> "prompt_groups"."id");--> statement-breakpoint

-- A group that points to another one may come before it in an archive.
ALTER TABLE prompt_groups ALTER CONSTRAINT prompt_groups_merged_into_id_prompt_groups_id_fk DEFERRABLE INITIALLY IMMEDIATE;--> statement-breakpoint

-- Merging moves prompts only towards what is held out (semantics 10): test before dev before train; nothing comes back.
CREATE FUNCTION held_out_rank(split text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array_position(ARRAY['train', 'dev', 'test'], split)
$$;--> statement-breakpoint
CREATE FUNCTION keep_held_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT held_out_rank(split) FROM prompt_groups WHERE id = NEW.group_id) < (SELECT held_out_rank(split) FROM prompt_groups WHERE id = OLD.group_id) THEN
    RAISE EXCEPTION 'a prompt that is held out stays so' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'prompts_keep_held_out';
  END IF;
  RETURN NEW;
END $$;--> statement-breakpoint
CREATE TRIGGER keep_held_out BEFORE UPDATE OF group_id ON prompts FOR EACH ROW WHEN (NEW.group_id IS DISTINCT FROM OLD.group_id) EXECUTE FUNCTION keep_held_out();--> statement-breakpoint

-- Looked at when the transaction ends: groups are merged in one statement and in any order.
CREATE FUNCTION merged_group() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM prompt_groups g JOIN prompt_groups into_group ON into_group.id = g.merged_into_id
    WHERE g.id = NEW.id AND (into_group.project_id <> g.project_id OR into_group.merged_into_id IS NOT NULL OR held_out_rank(into_group.split) < held_out_rank(g.split));
  IF FOUND THEN
    RAISE EXCEPTION 'a prompt group may only be merged into one of its project that stands for itself and is held out as far' USING ERRCODE = 'check_violation', CONSTRAINT = 'prompt_groups_merged';
  END IF;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE CONSTRAINT TRIGGER merged_group AFTER UPDATE OF merged_into_id ON prompt_groups DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION merged_group();--> statement-breakpoint

-- What was imported before is looked through as well.
INSERT INTO near_duplicate_scans (project_id) SELECT p.id FROM projects p WHERE EXISTS (SELECT 1 FROM prompts q WHERE q.project_id = p.id);
