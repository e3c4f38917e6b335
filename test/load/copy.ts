import postgres from 'postgres';

/** A table, and which of its rows and columns; all of them where nothing is said. */
export type Rows = { table: string; where?: string; columns?: string };

/** Copies rows of tables to another database of the same server by PostgreSQL's own COPY from files beside its data, in one transaction with all constraints, and says how many seconds that took: without writing the files. */
export async function copyRows(of: { from: string; to: string; tables: readonly Rows[] }): Promise<number> {
	const [source, target] = [postgres(of.from, { max: 1 }), postgres(of.to, { max: 1 })];
	try {
		const [place] = await source<{ data_directory: string }[]>`show data_directory`;
		const fileOf = ({ table }: Rows) => `${place?.data_directory ?? ''}/${table}.copy`;
		for (const rows of of.tables) await source.unsafe(`copy (select ${rows.columns ?? '*'} from ${rows.table} where ${rows.where ?? 'true'}) to '${fileOf(rows)}'`);
		const began = performance.now();
		await target.begin(async (tx) => {
			for (const rows of of.tables) await tx.unsafe(`copy ${rows.table} ${rows.columns ? `(${rows.columns})` : ''} from '${fileOf(rows)}'`);
		});
		return (performance.now() - began) / 1000;
	} finally {
		await source.end();
		await target.end();
	}
}

/** Seconds that PostgreSQL takes to give a query's rows out, and how many rows and bytes that are; nobody keeps them. */
export async function copyOut(url: string, query: string): Promise<{ seconds: number; rows: number; bytes: number }> {
	const sql = postgres(url, { max: 1 });
	try {
		const began = performance.now();
		let bytes = 0;
		let rows = 0;
		for await (const chunk of (await sql.unsafe(`copy (${query}) to stdout`).readable()) as AsyncIterable<Buffer>) {
			bytes += chunk.byteLength;
			// In COPY's text a line feed ends a row and stands nowhere else.
			for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) rows += 1;
		}
		return { seconds: (performance.now() - began) / 1000, rows, bytes };
	} finally {
		await sql.end();
	}
}
