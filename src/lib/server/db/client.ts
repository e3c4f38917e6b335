import type { ExtractTablesWithRelations } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/postgres-js';
import type { PgTransaction } from 'drizzle-orm/pg-core';
import type { PostgresJsDatabase, PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { NotBegun } from './database-away.ts';

type NoRelations = ExtractTablesWithRelations<Record<string, never>>;

/** The database, outside a transaction. */
export type Db = PostgresJsDatabase<Record<string, never>>;
/** An open transaction. */
export type Tx = PgTransaction<PostgresJsQueryResultHKT, Record<string, never>, NoRelations>;
/** Either: for reads that may stand in or outside a transaction. */
export type Executor = Db | Tx;

type Client = postgres.Sql;

/** Of a transaction, whether its steps are `begun`, and whether it is `lost`: its connection closed under it. */
type Course = { lost: boolean; begun: boolean };

/**
 * What the steps of a transaction give, unless its connection was lost: its caller
 * knows that already, and postgres.js would write the end of the transaction to a
 * socket that is no more, which ends the process (3.4.9: `nextWrite` of a closed
 * connection). A failed step waits a moment, so that a close that comes with it is heard.
 */
function unlessLost<T>(course: Course, steps: Promise<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		steps.then(
			(value) => void (course.lost || resolve(value)),
			(error: Error) => setImmediate(() => void (course.lost || reject(error)))
		);
	});
}

/**
 * drizzle sends every query through `client.unsafe`, which postgres.js does not
 * prepare unless told to: each claim would be planned anew, which costs more
 * than running it. Statements without parameters (migrations, several commands
 * in one text) must stay on the simple protocol.
 */
function preparing<T extends Client>(client: T, course: Course = { lost: false, begun: true }): T {
	return new Proxy(client, {
		get(target, property, receiver) {
			if (property === 'unsafe') {
				return (text: string, params: unknown[] = [], options: object = {}) => {
					if (course.lost) throw new Error('The connection of this transaction was lost.');
					return target.unsafe(text, params as never[], { ...options, prepare: params.length > 0 });
				};
			}
			if (property === 'begin' || property === 'savepoint') {
				const run = Reflect.get(target, property, receiver) as (...args: unknown[]) => Promise<unknown>;
				return (...args: unknown[]) => {
					const own = property === 'begin' ? { lost: false, begun: false } : course;
					const steps = (step: (tx: Client) => Promise<unknown>) => (tx: Client) => {
						own.begun = true;
						return unlessLost(own, step(preparing(tx, own)));
					};
					const ended = run(...args.map((arg) => (typeof arg === 'function' ? steps(arg as (tx: Client) => Promise<unknown>) : arg)));
					if (property === 'savepoint') return ended;
					const told = ended.catch((error: unknown) => {
						// Of a transaction that ended in another way no step follows.
						own.lost = true;
						throw own.begun ? error : new NotBegun(error);
					});
					// Who looks at it only later has not dropped it: a lost connection must not end the process meanwhile.
					told.catch(() => undefined);
					return told;
				};
			}
			return Reflect.get(target, property, receiver) as unknown;
		}
	});
}

/** A pool of connections and drizzle over it; `close` waits at most five seconds for queries under way. */
export function connect(url: string, options: { poolSize: number; applicationName: string }) {
	const client = postgres(url, {
		max: options.poolSize,
		connection: { application_name: options.applicationName },
		onnotice: () => undefined
	});
	const db: Db = drizzle(preparing(client), { casing: 'snake_case' });
	return { db, client, close: () => client.end({ timeout: 5 }) };
}
