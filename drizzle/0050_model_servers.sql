CREATE TABLE "model_server_logs" (
	"server_id" uuid PRIMARY KEY NOT NULL,
	"lines" text[] NOT NULL,
	"cut" boolean NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "model_servers" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"project_id" uuid NOT NULL,
	"name" text NOT NULL,
	"gpus" integer NOT NULL,
	"status" text DEFAULT 'waiting' NOT NULL,
	"wish" text DEFAULT 'run' NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"worker_id" uuid,
	"heartbeat_at" timestamp with time zone,
	"ready_at" timestamp with time zone,
	"base_url" text,
	"sealed_key" text,
	"engine" text,
	"devices" integer[],
	"failures" integer DEFAULT 0 NOT NULL,
	"next_try_at" timestamp with time zone DEFAULT now() NOT NULL,
	"problem" jsonb,
	"created_by" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "model_servers_status" CHECK ("model_servers"."status" in ('waiting','starting','ready','stopping','failed','ended')),
	CONSTRAINT "model_servers_wish" CHECK ("model_servers"."wish" in ('run','restart','end')),
	CONSTRAINT "model_servers_gpus" CHECK ("model_servers"."gpus" between 0 and 64),
	CONSTRAINT "model_servers_engine" CHECK ("model_servers"."engine" in ('vllm','ms-swift')),
	CONSTRAINT "model_servers_held" CHECK (("model_servers"."status" in ('starting','ready','stopping')) = ("model_servers"."worker_id" is not null and "model_servers"."heartbeat_at" is not null)),
	CONSTRAINT "model_servers_address" CHECK (("model_servers"."status" = 'ready') = ("model_servers"."base_url" is not null)),
	CONSTRAINT "model_servers_ended" CHECK (("model_servers"."status" = 'ended') = ("model_servers"."ended_at" is not null))
);
--> statement-breakpoint
ALTER TABLE "deployments" ALTER COLUMN "endpoint_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "server_id" uuid;--> statement-breakpoint
ALTER TABLE "model_server_logs" ADD CONSTRAINT "model_server_logs_server_id_model_servers_id_fk" FOREIGN KEY ("server_id") REFERENCES "public"."model_servers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_servers" ADD CONSTRAINT "model_servers_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_servers" ADD CONSTRAINT "model_servers_worker_id_workers_id_fk" FOREIGN KEY ("worker_id") REFERENCES "public"."workers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_servers" ADD CONSTRAINT "model_servers_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "model_servers_project" ON "model_servers" USING btree ("project_id","id");--> statement-breakpoint
CREATE INDEX "model_servers_waiting" ON "model_servers" USING btree ("next_try_at") WHERE status = 'waiting';--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_server_id_model_servers_id_fk" FOREIGN KEY ("server_id") REFERENCES "public"."model_servers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "deployments_served" ON "deployments" USING btree ("server_id","checkpoint_id");--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_where" CHECK (num_nonnulls("deployments"."endpoint_id", "deployments"."server_id") = 1);
--> statement-breakpoint
-- A deployment serves one checkpoint of its project, by an endpoint or a server of its project, and only whether it takes work may change.
CREATE OR REPLACE FUNCTION deployment_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'INSERT' THEN
		IF NOT EXISTS (SELECT 1 FROM checkpoints WHERE id = NEW.checkpoint_id AND project_id = NEW.project_id)
			OR NOT EXISTS (SELECT 1 FROM endpoints WHERE id = NEW.endpoint_id AND project_id = NEW.project_id UNION ALL SELECT 1 FROM model_servers WHERE id = NEW.server_id AND project_id = NEW.project_id) THEN
			RAISE EXCEPTION 'checkpoint and server of a deployment are of its project' USING ERRCODE = 'integrity_constraint_violation';
		END IF;
	ELSIF (OLD.project_id, OLD.checkpoint_id, OLD.endpoint_id, OLD.server_id) IS DISTINCT FROM (NEW.project_id, NEW.checkpoint_id, NEW.endpoint_id, NEW.server_id) OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at) THEN
		RAISE EXCEPTION 'checkpoint and server of a deployment stay, and its end is for good' USING ERRCODE = 'integrity_constraint_violation';
	END IF;
	RETURN NEW;
END $$;
--> statement-breakpoint
-- What a server is and whose stays; an attempt is never counted back, and its end is for good.
CREATE FUNCTION model_server_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF (OLD.project_id, OLD.gpus, OLD.created_by) IS DISTINCT FROM (NEW.project_id, NEW.gpus, NEW.created_by) OR NEW.attempt < OLD.attempt OR OLD.status = 'ended' THEN
		RAISE EXCEPTION 'what a model server is stays, and its end is for good' USING ERRCODE = 'integrity_constraint_violation';
	END IF;
	RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER model_server_stays BEFORE UPDATE ON model_servers FOR EACH ROW EXECUTE FUNCTION model_server_stays();
