CREATE TABLE "prompt_counts" (
	"project_id" uuid PRIMARY KEY NOT NULL,
	"train" integer NOT NULL,
	"dev" integer NOT NULL,
	"test" integer NOT NULL,
	"uncompared" integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE "prompt_counts" ADD CONSTRAINT "prompt_counts_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint

-- What is counted is changed by one transaction of a project at a time (imports, rounds, gold, merged groups: all
-- serialised), so that the row is waited for by nobody who does not wait already.
CREATE FUNCTION prompts_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO prompt_counts AS kept (project_id, train, dev, test, uncompared)
	SELECT p.project_id, count(*) FILTER (WHERE g.split = 'train'), count(*) FILTER (WHERE g.split = 'dev'), count(*) FILTER (WHERE g.split = 'test'), count(*)
	FROM added p JOIN prompt_groups g ON g.id = p.group_id GROUP BY p.project_id
	ON CONFLICT (project_id) DO UPDATE SET train = kept.train + excluded.train, dev = kept.dev + excluded.dev, test = kept.test + excluded.test, uncompared = kept.uncompared + excluded.uncompared;
	RETURN NULL;
END $$;--> statement-breakpoint
CREATE FUNCTION prompts_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE prompt_counts kept SET train = kept.train - gone.train, dev = kept.dev - gone.dev, test = kept.test - gone.test, uncompared = kept.uncompared - gone.n
	FROM (SELECT p.project_id, count(*) FILTER (WHERE g.split = 'train') AS train, count(*) FILTER (WHERE g.split = 'dev') AS dev, count(*) FILTER (WHERE g.split = 'test') AS test, count(*) AS n
		FROM removed p JOIN prompt_groups g ON g.id = p.group_id GROUP BY p.project_id) gone
	WHERE kept.project_id = gone.project_id;
	RETURN NULL;
END $$;--> statement-breakpoint
CREATE FUNCTION prompts_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE prompt_counts kept SET train = kept.train + moved.train, dev = kept.dev + moved.dev, test = kept.test + moved.test
	FROM (SELECT o.project_id, sum((h.split = 'train')::int - (g.split = 'train')::int) AS train, sum((h.split = 'dev')::int - (g.split = 'dev')::int) AS dev, sum((h.split = 'test')::int - (g.split = 'test')::int) AS test
		FROM was o JOIN now_is n ON n.id = o.id JOIN prompt_groups g ON g.id = o.group_id JOIN prompt_groups h ON h.id = n.group_id
		WHERE o.group_id <> n.group_id GROUP BY o.project_id) moved
	WHERE kept.project_id = moved.project_id;
	RETURN NULL;
END $$;--> statement-breakpoint
-- A prompt is compared from its first comparison on: those of which the table holds no others than these.
CREATE FUNCTION comparisons_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE prompt_counts kept SET uncompared = kept.uncompared - first.n
	FROM (SELECT f.project_id, count(*) AS n FROM (SELECT project_id, prompt_id, count(*) AS n FROM added GROUP BY project_id, prompt_id) f
		WHERE f.n = (SELECT count(*) FROM comparisons c WHERE c.prompt_id = f.prompt_id) GROUP BY f.project_id) first
	WHERE kept.project_id = first.project_id;
	RETURN NULL;
END $$;--> statement-breakpoint
CREATE FUNCTION comparisons_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE prompt_counts kept SET uncompared = kept.uncompared + last.n
	FROM (SELECT f.project_id, count(*) AS n FROM (SELECT DISTINCT project_id, prompt_id FROM removed) f
		WHERE NOT EXISTS (SELECT 1 FROM comparisons c WHERE c.prompt_id = f.prompt_id) GROUP BY f.project_id) last
	WHERE kept.project_id = last.project_id;
	RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER keep_counts_added AFTER INSERT ON prompts REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION prompts_added();--> statement-breakpoint
CREATE TRIGGER keep_counts_removed AFTER DELETE ON prompts REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION prompts_removed();--> statement-breakpoint
CREATE TRIGGER keep_counts_moved AFTER UPDATE ON prompts REFERENCING OLD TABLE AS was NEW TABLE AS now_is FOR EACH STATEMENT EXECUTE FUNCTION prompts_moved();--> statement-breakpoint
CREATE TRIGGER keep_counts_added AFTER INSERT ON comparisons REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION comparisons_added();--> statement-breakpoint
CREATE TRIGGER keep_counts_removed AFTER DELETE ON comparisons REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION comparisons_removed();--> statement-breakpoint
INSERT INTO prompt_counts (project_id, train, dev, test, uncompared)
SELECT p.project_id, count(*) FILTER (WHERE g.split = 'train'), count(*) FILTER (WHERE g.split = 'dev'), count(*) FILTER (WHERE g.split = 'test'), count(*) FILTER (WHERE NOT EXISTS (SELECT 1 FROM comparisons c WHERE c.prompt_id = p.id))
FROM prompts p JOIN prompt_groups g ON g.id = p.group_id GROUP BY p.project_id;
