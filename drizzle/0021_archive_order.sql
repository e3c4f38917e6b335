-- Keys that go round in a circle (a comparison's place and its task, a round and what it trained): an archive makes all
-- rows of a project in one transaction and has them checked at its end. Everywhere else they are checked at once, as before.
ALTER TABLE tasks ALTER CONSTRAINT tasks_slot_id DEFERRABLE INITIALLY IMMEDIATE;--> statement-breakpoint
ALTER TABLE rounds ALTER CONSTRAINT rounds_candidate DEFERRABLE INITIALLY IMMEDIATE;--> statement-breakpoint
ALTER TABLE rounds ALTER CONSTRAINT rounds_parent DEFERRABLE INITIALLY IMMEDIATE;--> statement-breakpoint
ALTER TABLE checkpoints ALTER CONSTRAINT checkpoints_run_id DEFERRABLE INITIALLY IMMEDIATE;--> statement-breakpoint
ALTER TABLE checkpoints ALTER CONSTRAINT checkpoints_attempt DEFERRABLE INITIALLY IMMEDIATE;
