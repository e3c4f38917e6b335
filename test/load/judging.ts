import postgres from 'postgres';
import { openSession } from '../../src/lib/server/auth/lucia.ts';
import { connect } from '../../src/lib/server/db/client.ts';
import { judgeFor, makeAnnotators } from './annotators.ts';
import { cpuOfTree, residentMb } from './cpu.ts';
import { FULLEST_FORM, timeDesk, weighDesk } from './desk.ts';
import { fillComparisons } from './fill.ts';
import type { Ground } from './ground.ts';
import { judgeRaw } from './raw-sql.ts';
import { veteran } from './veteran.ts';

const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 8);
const SMALL = 10_000;
const LARGE = Number(process.env['BENCH_SLOTS'] ?? 1_000_000);

/**
 * What a judgment costs. Claim and submit through HTTP, with token, validation,
 * audit and all, at 1, 4 and 16 annotators, over 10,000 and 1,000,000 slots with
 * 200 live leases, and for a person with 100,000 judgments; beside the same
 * transactions as bare SQL; then the compare page in a browser.
 */
export async function judging(ground: Ground): Promise<void> {
	const { url, web } = ground;
	console.log(`Claim and submit, ${SECONDS} s each; CPU in milliseconds per judgment.\n`);
	console.log('slots       annotators  judgments/s   claim p50/p95 ms   submit p50/p95 ms   CPU web   CPU database   CPU together');
	// The web process compiles what is hot while it runs: without this, its first minute would be charged to the first lines.
	const first = await place(ground, 'warm-up', 30_000);
	await judgeFor(ground.base, first.slug, await tokensOf(ground, first, 16), SECONDS * 2);

	for (const annotators of [1, 4, 16]) {
		// A place of its own for each line: ten thousand slots are soon judged empty.
		const small = await place(ground, `small-${annotators}`, SMALL);
		await line(ground, String(SMALL), small.slug, await tokensOf(ground, small, annotators));
	}
	await bareLine(ground, SMALL, await place(ground, 'small-bare', SMALL));

	const large = await place(ground, 'large', LARGE);
	for (const annotators of [1, 4, 16]) await line(ground, String(LARGE), large.slug, await tokensOf(ground, large, annotators));
	const old = await makeAnnotators(url, large.projectId, 1);
	await veteran(url, { ...large, userId: old[0]?.userId ?? '', judgments: Math.min(100_000, Math.floor(LARGE / 6)) });
	await line(ground, 'veteran', large.slug, old.map((one) => one.token));
	await bareLine(ground, LARGE, large);
	console.log(`\nWeb process: ${residentMb(web).toFixed(0)} MB resident.`);
	await deskLines(ground, await place(ground, 'desk', 3_000));
}

/** The compare page in a browser: what it weighs, and how soon the next pair stands there. */
async function deskLines({ url, base }: Ground, place: Place): Promise<void> {
	const [person, other, owner] = await makeAnnotators(url, place.projectId, 3);
	const client = connect(url, { poolSize: 1, applicationName: 'bench' });
	const cookie = await openSession(client.db, { secureCookies: false }, person?.userId ?? '');
	const fullest = await openSession(client.db, { secureCookies: false }, other?.userId ?? '');
	await client.close();
	const kb = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
	const weigh = async (form: string, of: typeof cookie) => {
		const { first, inUse, largest } = await weighDesk(base, { slug: place.slug, cookie: of });
		console.log(`Compare page, ${form}: ${kb(first.gzip)} of JavaScript gzipped in ${first.files} files until the first pair stands (largest ${largest.map(({ gzip }) => kb(gzip)).join(', ')}), ${kb(inUse.gzip)} in ${inUse.files} with what keys open.`);
	};
	await weigh('plain form', cookie);
	const { firstPair, nextPair } = await timeDesk(base, { slug: place.slug, cookie, judgments: 60 });
	console.log(`First pair after ${firstPair.toFixed(0)} ms; from the key to the next pair painted: p50 ${nextPair.p50.toFixed(1)} ms, p95 ${nextPair.p95.toFixed(1)} ms over ${nextPair.n}.`);
	const sql = postgres(url, { max: 1 });
	await sql`update memberships set role = 'owner' where user_id = ${owner?.userId ?? ''}`;
	await sql.end();
	const put = await fetch(`${base}/api/v1/projects/${place.slug}/form`, { method: 'PUT', headers: { authorization: `Bearer ${owner?.token ?? ''}`, 'content-type': 'application/json' }, body: JSON.stringify(FULLEST_FORM) });
	if (!put.ok) throw new Error(`form: ${put.status} ${await put.text()}`);
	// Somebody else: who has a pair on the desk keeps the form that it was leased under.
	await weigh('fullest form', fullest);
}

type Place = { slug: string; projectId: string; roundId: string };

/** A project of so many slots, three a comparison, with 200 live leases of people who are not measured. */
async function place(ground: Ground, slug: string, slots: number): Promise<Place> {
	const project = { slug, ...(await fillComparisons(ground.url, { slug, comparisons: Math.ceil(slots / 3), overlap: 3 })) };
	await holdLeases(ground, slug, await tokensOf(ground, project, 67), 3);
	return project;
}

async function tokensOf({ url }: Pick<Ground, 'url'>, { projectId }: Place, annotators: number): Promise<string[]> {
	return (await makeAnnotators(url, projectId, annotators)).map((one) => one.token);
}

/** The same transactions as bare SQL, by four people. */
async function bareLine({ url, postmaster }: Ground, slots: number, project: Place): Promise<void> {
	const raw = await makeAnnotators(url, project.projectId, 4);
	const before = cpuOfTree(postmaster);
	const bare = await judgeRaw(url, { ...project, userIds: raw.map((one) => one.userId), seconds: SECONDS });
	const database = (cpuOfTree(postmaster) - before) / bare.judgments;
	const client = bare.clientCpuMs / bare.judgments;
	console.log(`${`${slots} bare SQL`.padEnd(20)} 4   ${(bare.judgments / bare.seconds).toFixed(0).padStart(11)}   ${''.padEnd(36)}  ${client.toFixed(2).padStart(7)}   ${database.toFixed(2).padStart(12)}   ${(client + database).toFixed(2).padStart(12)}`);
}

/** Live leases of other people, which every claim has to pass over. */
async function holdLeases({ url, base }: Ground, slug: string, tokens: readonly string[], each: number): Promise<void> {
	for (const token of tokens) {
		for (let i = 0; i < each; i++) {
			const response = await fetch(`${base}/api/v1/projects/${slug}/tasks/claim`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
			if (response.status !== 200) throw new Error(`a lease was refused: ${response.status}`);
			await response.arrayBuffer();
		}
	}
	const sql = postgres(url, { max: 1 });
	await sql`update tasks set expires_at = now() + interval '1 day' where state = 'live'`;
	await sql.end();
}

async function line(ground: Ground, name: string, slug: string, tokens: readonly string[]): Promise<void> {
	await judgeFor(ground.base, slug, tokens, 1);
	const before = { web: cpuOfTree(ground.web), database: cpuOfTree(ground.postmaster) };
	const done = await judgeFor(ground.base, slug, tokens, SECONDS);
	const cpu = { web: (cpuOfTree(ground.web) - before.web) / done.judgments, database: (cpuOfTree(ground.postmaster) - before.database) / done.judgments };
	const pair = ({ p50, p95 }: { p50: number; p95: number }) => `${p50.toFixed(1)} / ${p95.toFixed(1)}`;
	console.log(
		`${name.padEnd(10)}  ${String(tokens.length).padStart(10)}  ${(done.judgments / done.seconds).toFixed(0).padStart(11)}   ${pair(done.claim).padStart(16)}   ${pair(done.submit).padStart(17)}   ${cpu.web.toFixed(2).padStart(7)}   ${cpu.database.toFixed(2).padStart(12)}   ${(cpu.web + cpu.database).toFixed(2).padStart(12)}`
	);
}
