-- Ids of one connection in the order of writing, also within one statement and when the clock steps back. As PostgreSQL 18's
-- own uuidv7(): 48 bits of milliseconds, then 12 of the part of a millisecond, or one more than the connection's last; the rest
-- is random. The last one is a setting of the session, the only memory that a function has; it is why this takes longer.
CREATE FUNCTION clock_id() RETURNS uuid LANGUAGE plpgsql VOLATILE PARALLEL RESTRICTED AS $$
DECLARE
  micros bigint := date_part('epoch', clock_timestamp()) * 1000000;
  tick bigint := greatest(micros / 1000 * 4096 + micros % 1000 * 4096 / 1000, nullif(current_setting('plumbline.last_id', true), '')::bigint + 1);
BEGIN
  PERFORM set_config('plumbline.last_id', tick::text, false);
  -- 28672 is version 7 in the four bits between the two parts of the time.
  RETURN encode(overlay(uuid_send(gen_random_uuid()) PLACING int8send(((tick >> 12) << 16) | 28672 | (tick & 4095)) FROM 1 FOR 8), 'hex')::uuid;
END $$;
--> statement-breakpoint
-- Whoever migrates puts uuidv7() in its place where the server has it (fit-ids.ts).
CREATE OR REPLACE FUNCTION new_id() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL RESTRICTED AS $$ SELECT clock_id() $$;
