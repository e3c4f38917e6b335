import { PgDialect } from 'drizzle-orm/pg-core';
import type { SQL } from 'drizzle-orm';
import type { Db, Tx } from '#lib/server/db/client.ts';

/** The longest parameter that went to the database in one statement, and the most text that came back in one answer, in signs; with all of both. */
export type Watched = { sent: number; received: number; allSent: number; allReceived: number };

/** The same database, whose transactions note what goes to and fro at a time. */
export function watchedDatabase(db: Db): { db: Db; watched: Watched } {
	const watched: Watched = { sent: 0, received: 0, allSent: 0, allReceived: 0 };
	const dialect = new PgDialect();
	const watching = (tx: Tx): Tx =>
		new Proxy(tx, {
			get(target, property) {
				if (property !== 'execute') return Reflect.get(target, property, target) as unknown;
				return async (statement: SQL) => {
					const sent = Math.max(0, ...dialect.sqlToQuery(statement).params.map((param) => String(param).length));
					const rows = await target.execute(statement);
					const received = JSON.stringify(rows).length;
					Object.assign(watched, { sent: Math.max(watched.sent, sent), received: Math.max(watched.received, received), allSent: watched.allSent + sent, allReceived: watched.allReceived + received });
					return rows;
				};
			}
		});
	const proxy = new Proxy(db, {
		get(target, property) {
			if (property !== 'transaction') return Reflect.get(target, property, target) as unknown;
			return (steps: (tx: Tx) => Promise<unknown>, config?: { isolationLevel: 'repeatable read' }) => target.transaction((tx) => steps(watching(tx)), config);
		}
	});
	return { db: proxy, watched };
}
