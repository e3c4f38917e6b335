import type { Result } from '../../domain/problem.ts';
import type { Db, Tx } from '../db/client.ts';

/** Carries an expected failure out of a transaction so that it rolls back. */
class RolledBack extends Error {
	readonly result: Result<never>;
	constructor(result: Result<never>) {
		super('rolled back');
		this.result = result;
	}
}

/** Runs a use case's steps in one transaction. A failed result rolls back and is returned as it is. */
export async function inTransaction<T>(
	db: Db,
	steps: (tx: Tx) => Promise<Result<T>>,
	config?: { isolationLevel: 'repeatable read' }
): Promise<Result<T>> {
	try {
		return await db.transaction(async (tx) => {
			const result = await steps(tx);
			if (!result.ok) throw new RolledBack(result);
			return result;
		}, config);
	} catch (error) {
		if (error instanceof RolledBack) return error.result;
		throw error;
	}
}

/** Carries what was found out of a transaction that must leave no trace. */
class FoundOut<T> extends Error {
	readonly found: T;
	constructor(found: T) {
		super('found out');
		this.found = found;
	}
}

/** What steps would give, without anything of them staying. */
export async function whatIf<T>(db: Db, steps: (tx: Tx) => Promise<T>): Promise<T> {
	try {
		return await db.transaction(async (tx): Promise<never> => {
			throw new FoundOut(await steps(tx));
		});
	} catch (error) {
		if (error instanceof FoundOut) return error.found as T;
		throw error;
	}
}
