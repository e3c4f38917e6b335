type Cause = { code?: string; constraint_name?: string };

/** SQLSTATE and constraint of a database error; drizzle wraps the driver's error as `cause`. */
export function databaseError(error: unknown): { code: string; constraint: string | undefined } | undefined {
	for (let e: unknown = error, depth = 0; e instanceof Error && depth < 4; e = e.cause, depth++) {
		const { code, constraint_name } = e as Cause;
		if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) return { code, constraint: constraint_name };
	}
	return undefined;
}

/** Whether an error is the violation of that unique constraint. */
export function violates(error: unknown, constraint: string): boolean {
	return databaseError(error)?.constraint === constraint;
}
