-- It sets a parameter of its session, which PostgreSQL refuses in the leader of a parallel plan too: no plan with it may be one.
ALTER FUNCTION clock_id() PARALLEL UNSAFE;
