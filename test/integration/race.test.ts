import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowsOf } from '#lib/server/db/rows.ts';
import { sealAudit, verifyAudit } from '#lib/server/usecases/seal-audit.ts';
import { sweep } from '#lib/server/usecases/sweep.ts';
import { annotate, emptyLedger } from '../support/annotator.ts';
import type { Habits, Ledger } from '../support/annotator.ts';
import { createApi, tokenOf } from '../support/api.ts';
import { recordProblems } from '../support/record.ts';
import { sealAll } from '../support/seal.ts';
import { startServer } from '../support/server.ts';
import type { Server } from '../support/server.ts';
import { comparisonRows, createWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let server: Server;
beforeAll(async () => {
	world = await createWorld();
	server = await startServer(world);
});
afterAll(async () => {
	await server?.stop();
	await world?.close();
});

type Race = { people: number; windows: number; comparisons: number; leaseSeconds: number; habits: (person: number) => Habits; during?: (ledger: Ledger) => Promise<void> };

/** Lets people judge a project through HTTP until every comparison is complete, while audit and sweep go on beside them. */
async function race(of: Race): Promise<{ ledger: Ledger; projectId: string }> {
	const { slug, id } = await world.project({ overlap: 3, leaseSeconds: of.leaseSeconds, rows: comparisonRows(of.comparisons) });
	const ledger = emptyLedger();
	const done = async () => (await rowsOf<{ n: number }>(world.app.db, sql`select count(*)::int as n from comparisons where project_id = ${id} and status <> 'complete'`))[0]?.n === 0;
	let over = false;
	const clients: Promise<void>[] = [];
	for (let person = 0; person < of.people; person++) {
		const actor = await world.person(`person${person}`, { slug, role: 'annotator' });
		const api = createApi(server.origin, await tokenOf(world, actor));
		for (let window = 0; window < of.windows; window++) {
			clients.push(annotate({ person, api, slug, seed: `${person}/${window}`, habits: of.habits(person), lapseMs: of.leaseSeconds * 1000 + 100, ledger, over: () => over || ledger.wrong.length > 0 }));
		}
	}
	const beside = (async () => {
		while (!over && ledger.wrong.length === 0) {
			await sealAudit(world.app);
			await sweep(world.app);
			over ||= await done();
			await sleep(100);
		}
	})();
	await Promise.all([...clients, beside, of.during?.(ledger)]);
	await sweep(world.app);
	return { ledger, projectId: id };
}

/** Everything that must hold when a race is over. */
async function expectAllWell({ ledger, projectId }: { ledger: Ledger; projectId: string }): Promise<void> {
	expect(ledger.wrong).toEqual([]);
	expect(await recordProblems(world, projectId, 'swept')).toEqual([]);
	const counting = await rowsOf<{ id: string; n: number; people: number; status: string }>(
		world.app.db,
		sql`select c.id, c.status, count(j.id)::int as n, count(distinct j.judge_user_id)::int as people from comparisons c join slots s on s.comparison_id = c.id left join judgments j on j.id = s.judgment_id where c.project_id = ${projectId} group by c.id, c.status`
	);
	expect(counting.filter(({ n, people, status }) => n !== 3 || people !== 3 || status !== 'complete')).toEqual([]);

	const kept = await rowsOf<{ id: string; prompt: string; verdict: string; side_order: string }>(
		world.app.db,
		sql`select j.id, pt.messages->-1->>'content' as prompt, j.verdict, t.side_order from judgments j join tasks t on t.id = j.task_id join comparisons c on c.id = j.comparison_id join prompt_texts pt on pt.prompt_id = c.prompt_id where j.project_id = ${projectId}`
	);
	const stored = new Map(kept.map((row) => [row.id, row]));
	const missing = [...ledger.acknowledged].filter(([id, said]) => {
		const row = stored.get(id);
		const verdict = said.verdict === 'left' || said.verdict === 'right' ? ((said.verdict === 'left') === (row?.side_order === 'ab') ? 'a' : 'b') : said.verdict;
		return row?.prompt !== said.prompt || row.verdict !== verdict;
	});
	expect(missing).toEqual([]);

	// A request whose client broke off may still be writing its entry.
	await expect.poll(async () => (await sealAll(world.app), verifyAudit(world.app)), { timeout: 20_000 }).toMatchObject({ ok: true, problem: null, unsealed: 0 });
	// One entry a judgment, written in its transaction: none without the other.
	const [audit] = await rowsOf<{ judged: number; audited: number }>(
		world.app.db,
		sql`select (select count(*)::int from judgments where project_id = ${projectId}) as judged, (select count(*)::int from audit_entries where project_id = ${projectId} and action = 'judgment.submit') as audited`
	);
	expect(audit?.audited).toBe(audit?.judged);
}

describe('judging under load', () => {
	it('16 clients on 50 comparisons, with killed clients, skips, lost leases, double submits and kill -9 of the web process', async () => {
		// Half of the people always come to a verdict: skips can never leave a comparison without three.
		const habits = (person: number): Habits => ({ late: 0.1, abandon: 0.07, breakOff: 0.08, skip: person < 8 ? 0.07 : 0, cannotJudge: person < 8 ? 0.05 : 0, twice: 0.25 });
		const during = async (ledger: Ledger) => {
			while (ledger.acknowledged.size < 50 && ledger.wrong.length === 0) await sleep(5);
			await server.kill9();
			await server.restart();
		};
		const result = await race({ people: 16, windows: 1, comparisons: 50, leaseSeconds: 2, habits, during });
		const { seen } = result.ledger;
		console.log('race', JSON.stringify(seen));
		// The race is only worth something if all of it happened.
		for (const what of ['late', 'abandoned', 'skips', 'repeated', 'secondKey', 'brokenOff', 'retries'] as const) expect(seen[what], what).toBeGreaterThan(0);
		expect(result.ledger.acknowledged.size).toBeGreaterThan(100);
		await expectAllWell(result);
	}, 180_000);

	it('three people, overlap three, most work late: no comparison is ever stuck', async () => {
		const habits = (): Habits => ({ late: 0.45, abandon: 0.15, breakOff: 0.1, skip: 0, cannotJudge: 0, twice: 0.1 });
		const result = await race({ people: 3, windows: 3, comparisons: 16, leaseSeconds: 1, habits });
		console.log('three people', JSON.stringify(result.ledger.seen));
		expect(result.ledger.seen.late).toBeGreaterThan(0);
		await expectAllWell(result);
	}, 180_000);
});
