import { createHash } from 'node:crypto';
import postgres from 'postgres';
import { openSession } from '../../src/lib/server/auth/lucia.ts';
import * as checkpoints from '../../src/lib/server/db/checkpoints.ts';
import { connect } from '../../src/lib/server/db/client.ts';
import { fillJudgments } from './agreed.ts';
import { makeAnnotators } from './annotators.ts';
import { fillAround } from './around.ts';
import { cpuOfTree, quantile } from './cpu.ts';
import { fillComparisons } from './fill.ts';
import type { Ground } from './ground.ts';

const JUDGMENTS = Number(process.env['BENCH_JUDGMENTS'] ?? 1_000_000);
const BATCH = 50_000;
const TIMES = 40;

/** One list, filter or search, asked many times: `at` is a number from 0 to 1 that differs each time. */
type Asked = { name: string; path: (at: number) => string; page?: boolean };

/** Lists, filters and searches over a million judgments: the 95th percentile is what to quote. CPU is that of web process and database for one of them: it says where the time goes, and on a busy machine more than the time does. */
export async function listing({ url, base, web, postmaster }: Ground): Promise<void> {
	const comparisons = Math.ceil(JUDGMENTS / 3);
	// A third as many wait to be judged.
	const place = await fillComparisons(url, { slug: 'listed', comparisons: Math.ceil((comparisons * 4) / 3), overlap: 3 });
	const people = await makeAnnotators(url, place.projectId, 4);
	const [one, two, three, owner] = people.map(({ userId }) => userId) as [string, string, string, string];
	for (let done = 0; done < comparisons; done += BATCH) await fillJudgments(url, { ...place, userIds: [one, two, three], comparisons: Math.min(BATCH, comparisons - done) });
	const sql = postgres(url, { max: 1, onnotice: () => undefined });
	await sql`update memberships set role = 'owner' where user_id = ${owner}`;
	await fillAround(url, { ...place, userId: owner });
	await sql`vacuum analyze`;
	const ids = (await sql<{ id: string }[]>`select id from (select id, row_number() over (order by id) as n from judgments where project_id = ${place.projectId}) x where n % ${Math.max(1, Math.floor(JUDGMENTS / 200))} = 0 order by id`).map(({ id }) => id);
	await sql.end();
	const client = connect(url, { poolSize: 1, applicationName: 'bench' });
	await client.db.transaction((tx) => checkpoints.insertBase(tx, { projectId: place.projectId, location: 'bundled:smollm2-135m-instruct' }));
	const session = await openSession(client.db, { secureCookies: false }, owner);
	await client.close();

	const cursor = (at: number) => ids[Math.floor(at * ids.length)] ?? '';
	const list = '/api/v1/projects/listed/judgments';
	const home = '/projects/listed';
	const asked: Asked[] = [
		{ name: 'newest judgments', path: () => list },
		{ name: 'a page far behind', path: (at) => `${list}?cursor=${cursor(at)}` },
		{ name: 'of one person', path: (at) => `${list}?annotator=${two}&cursor=${cursor(at)}` },
		{ name: 'by a verdict', path: (at) => `${list}?verdict=both_bad&cursor=${cursor(at)}` },
		{ name: 'by a verdict as shown', path: (at) => `${list}?verdict=left&cursor=${cursor(at)}` },
		{ name: 'counting ones', path: (at) => `${list}?kind=counting&cursor=${cursor(at)}` },
		{ name: 'void ones, of which there are none', path: () => `${list}?kind=void` },
		{ name: 'with a rationale, of which there are none', path: () => `${list}?rationale=true` },
		{ name: 'imported ones', path: (at) => `${list}?kind=import&cursor=${cursor(at)}` },
		{ name: 'bookmarked ones, of which there are none', path: () => `${list}?bookmarked=true` },
		{ name: 'search, words that are everywhere', path: () => `${list}?search=contract` },
		{ name: 'search, a word of one question', path: (at) => `${list}?search=${encodeURIComponent(`Question ${Math.floor(at * comparisons)} `)}` },
		{ name: 'search, words that are nowhere', path: (at) => `${list}?search=${createHash('sha256').update(String(at)).digest('hex').slice(0, 12)}` },
		{ name: 'history page', path: () => `${home}/history`, page: true },
		{ name: 'project page', path: () => home, page: true },
		{ name: 'round page', path: () => `${home}/rounds/1`, page: true },
		{ name: 'import page', path: () => `${home}/import`, page: true },
		{ name: 'reviewer’s queue', path: () => `${home}/adjudicate`, page: true },
		{ name: 'checks page', path: () => `${home}/checks`, page: true },
		{ name: 'assignments page', path: () => `${home}/assignments`, page: true }
	];
	const api = { authorization: `Bearer ${people[3]?.token ?? ''}` };
	const browser = { cookie: `${session.name}=${session.value}` };
	console.log(`Over ${JUDGMENTS} judgments of ${comparisons} comparisons with as many imported preferences, ${TIMES} times each, in milliseconds:`);
	for (const { name, path, page } of asked) {
		const times: number[] = [];
		const each = (all: number) => (all / Math.max(1, times.length)).toFixed(1).padStart(6);
		let cpu = { web: 0, database: 0 };
		for (let i = 0; i < TIMES + 3; i++) {
			// The first ones find nothing prepared.
			if (i === 3) cpu = { web: cpuOfTree(web), database: cpuOfTree(postmaster) };
			const began = performance.now();
			const answer = await fetch(`${base}${path((i * 0.618034) % 1)}`, { headers: page ? browser : api, redirect: 'manual' });
			if (answer.status !== 200) throw new Error(`${name}: ${answer.status} ${(await answer.text()).slice(0, 300)}`);
			await answer.arrayBuffer();
			if (i >= 3) times.push(performance.now() - began);
			if (i >= 3 && performance.now() - began > 5000) break;
		}
		console.log(`  ${name.padEnd(44)} p50 ${quantile(times, 0.5).toFixed(1).padStart(8)}   p95 ${quantile(times, 0.95).toFixed(1).padStart(8)}   CPU web ${each(cpuOfTree(web) - cpu.web)} database ${each(cpuOfTree(postmaster) - cpu.database)}`);
	}
}
