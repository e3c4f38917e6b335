import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addComment } from '#lib/server/usecases/add-comment.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { createAssignment } from '#lib/server/usecases/create-assignment.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { putGold } from '#lib/server/usecases/put-gold.ts';
import { putSuite } from '#lib/server/usecases/put-suite.ts';
import { readImport } from '#lib/server/usecases/read-import.ts';
import { readSuite } from '#lib/server/usecases/read-suite.ts';
import { undoImport } from '#lib/server/usecases/undo-import.ts';
import { recordProblems } from '../support/record.ts';
import { trainingRows } from '../support/training-rows.ts';
import { comparisonRows, createWorld, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world?.close());

const TABLES = ['prompt_groups', 'prompts', 'comparisons', 'judgments'] as const;
const made = async (projectId: string) => {
	const own = await Promise.all(TABLES.map(async (table) => (await world.query<{ n: number }>(`select count(*)::int as n from ${table} where project_id = '${projectId}'`))[0]?.n));
	const [texts] = await world.query<{ n: number; slots: number; round: number }>(
		`select (select count(*)::int from responses r join response_texts t on t.response_id = r.id join prompts p on p.id = r.prompt_id where p.project_id = '${projectId}') as n,
			(select count(*)::int from slots s join comparisons c on c.id = s.comparison_id where c.project_id = '${projectId}') as slots, (select comparisons from rounds where project_id = '${projectId}') as round`
	);
	return [...own, texts?.n, texts?.slots, texts?.round];
};
const NOTHING = [0, 0, 0, 0, 0, 0, 0];
const why = async (id: string) => {
	const result = await undoImport(world.app, world.admin, id);
	return result.ok ? {} : { code: result.problem.code, ...result.problem.facts };
};

describe('an import that was taken', () => {
	it('is undone whole, and the same file may be sent again', async () => {
		const { slug, id: projectId } = await world.project({ overlap: 3 });
		for (const name of ['a', 'b', 'c']) await world.person(name, { slug, role: 'annotator' });
		const kept = valueOf(await world.importRows(slug, [{ prompt: 'Question q0?', chosen: 'Kept.', rejected: 'Also kept.' }]));
		const before = await made(projectId);
		const rows = [...pairRows(3), { prompt: 'Alone?', completion: 'Yes.', label: true }, { prompt: 'Which?', responses: ['A', 'B'], judgments: [{ preferred: 0, judge: 'Ana', at: '2026-01-02T03:04:05Z' }, { verdict: 'tie', judge: 'Bo' }] }];
		const { id } = valueOf(await world.importRows(slug, rows));
		// Its first row adds answers to a question that was there.
		expect(await made(projectId)).toEqual([5, 5, 6, 7, 11, 18, 6]);
		expect(valueOf(await undoImport(world.app, world.admin, id))).toEqual({ undone: true, prompts: 4, comparisons: 5, judgments: 6 });
		expect(await made(projectId)).toEqual(before);
		expect(await recordProblems(world, projectId)).toEqual([]);
		expect(valueOf(await readImport(world.app, world.admin, id))).toMatchObject({ status: 'undone', accepted: 5 });
		expect(problemOf(await undoImport(world.app, world.admin, id))).toBe('conflict');
		expect(await world.query(`select action, details from audit_entries where subject_id = '${id}' and action = 'import.undo'`)).toEqual([{ action: 'import.undo', details: { prompts: 4, comparisons: 5, judgments: 6 } }]);
		expect(valueOf(await world.importRows(slug, rows))).toMatchObject({ accepted: 5, duplicates: 0 });
		// What the earlier one made carries the later one's comparison of the same question, but nothing of its own rests on that.
		expect(await why(kept.id)).toMatchObject({ code: 'conflict', built_on: 1 });
	});

	it('leaves a question held out that a suite had held out before', async () => {
		const { slug, id: projectId } = await world.project();
		const question = 'Will I win my case?';
		const { suite } = valueOf(await readSuite(world.app, world.admin, slug));
		valueOf(await putSuite(world.app, world.admin, { slug, suite: { ...suite, own: { system: null, questions: [question] } } }));
		const splits = () => world.query(`select g.split, count(p.id)::int as prompts from prompt_groups g left join prompts p on p.group_id = g.id where g.project_id = '${projectId}' group by g.id`);
		const rows = [{ prompt: question, chosen: 'That depends.', rejected: 'Yes.' }];
		const { id } = valueOf(await world.importRows(slug, rows));
		valueOf(await undoImport(world.app, world.admin, id));
		expect(await splits()).toEqual([{ split: 'test', prompts: 0 }]);
		valueOf(await world.importRows(slug, rows));
		expect(await splits()).toEqual([{ split: 'test', prompts: 1 }]);
	});

	it('stays where something rests on it, with the reason', async () => {
		const owner = world.admin;
		const someone = async (rows: unknown[], act: (of: { slug: string; id: string; comparisonId: string }) => Promise<unknown>) => {
			const { slug, id: projectId } = await world.project();
			const { id } = valueOf(await world.importRows(slug, rows));
			const [row] = await world.query<{ id: string }>(`select id from comparisons where project_id = '${projectId}' limit 1`);
			await act({ slug, id, comparisonId: row?.id ?? '' });
			const before = await made(projectId);
			const refused = await why(id);
			expect(await made(projectId)).toEqual(before);
			return refused;
		};
		expect(await someone(pairRows(20), async ({ slug }) => valueOf(await freezeSnapshot(world.app, owner, { slug, objective: 'dpo', rule: { includeImports: true } })))).toEqual({ code: 'conflict', cited: 1 });
		expect(await someone(pairRows(2), async ({ slug, id }) => valueOf(await putGold(world.app, owner, { slug, importId: id })))).toMatchObject({ code: 'conflict', gold: 2 });
		expect(await someone(comparisonRows(2), async ({ comparisonId }) => valueOf(await addComment(world.app, owner, { comparisonId, body: 'Look at this.' })))).toEqual({ code: 'conflict', discussed: 1 });
		const assigned = await someone(comparisonRows(2), async ({ slug }) => {
			const annotator = await world.person('ann', { slug, role: 'annotator' });
			valueOf(await createAssignment(world.app, owner, { slug, name: 'Batch', filter: {}, people: [annotator.userId], groups: [] }));
		});
		expect(assigned).toEqual({ code: 'conflict', assigned: 2 });
		expect(await someone(comparisonRows(1), async ({ slug }) => {
			const annotator = await world.person('ann', { slug, role: 'annotator' });
			valueOf(await claimTask(world.app, annotator, { slug }));
		})).toMatchObject({ code: 'conflict', held: 1 });
	});

	it('goes with a lease that lapsed without a word', async () => {
		const { slug, id: projectId } = await world.project();
		const { id } = valueOf(await world.importRows(slug, comparisonRows(1)));
		const annotator = await world.person('ann', { slug, role: 'annotator' });
		valueOf(await claimTask(world.app, annotator, { slug }));
		await world.query(`update tasks set expires_at = now() - interval '1 second' where project_id = '${projectId}' returning 1`);
		expect(valueOf(await undoImport(world.app, world.admin, id))).toMatchObject({ undone: true, comparisons: 1 });
		expect(await made(projectId)).toEqual(NOTHING);
	});

	it('is undone only by who may import', async () => {
		const { slug } = await world.project();
		const { id } = valueOf(await world.importRows(slug, pairRows(1)));
		for (const role of ['annotator', 'reviewer'] as const) expect(problemOf(await undoImport(world.app, await world.person(role, { slug, role }), id))).toBe('forbidden');
	});
});

describe('the record', () => {
	it('lets nothing go but rows of an import that is undone, and changes none', async () => {
		const { slug, id: projectId } = await world.project();
		const first = valueOf(await world.importRows(slug, [{ prompt: 'Which?', responses: ['A', 'B'], judgments: [{ preferred: 0, judge: 'Ana' }] }]));
		const second = valueOf(await world.importRows(slug, pairRows(1)));
		const ofProject = `in (select id from comparisons where project_id = '${projectId}')`;
		const statements = [
			`delete from judgments where comparison_id ${ofProject} returning 1`,
			`update judgments set verdict = 'tie' where comparison_id ${ofProject} returning 1`,
			`delete from slots where comparison_id ${ofProject} returning 1`,
			`delete from imported_judgments where import_id = '${first.id}' returning 1`,
			`update imported_judgments set judge_id = null where import_id = '${first.id}' returning 1`,
			`delete from prompt_texts where prompt_id in (select id from prompts where project_id = '${projectId}') returning 1`,
			`delete from response_texts where response_id in (select r.id from responses r join prompts p on p.id = r.prompt_id where p.project_id = '${projectId}') returning 1`,
			`update imports set status = 'undone' where id = (select id from imports where project_id = '${projectId}' and status = 'published' limit 1) and false or status = 'staging' returning 1`,
			`update imports set finished_at = now() where id = '${second.id}' returning 1`,
			`update imports set status = 'failed' where id = '${second.id}' returning 1`
		];
		const refused = [];
		for (const statement of statements) refused.push(await world.query(statement).then((rows) => (rows.length === 0 ? 'nothing to do' : 'done'), () => 'refused'));
		expect(refused).toEqual([...Array.from({ length: 7 }, () => 'refused'), 'nothing to do', 'refused', 'refused']);
		// Even while one is being undone, the other's stay.
		await expect(world.query(`with x as (update imports set status = 'undone' where id = '${first.id}' returning 1) delete from judgments where judge_ref = '${second.id}' returning 1`)).rejects.toThrow();
		expect((await made(projectId))[3]).toBe(2);
	});

	it('may come again with how clear it was: the last word on that stands, and goes with its file', async () => {
		const { slug, id: projectId } = await world.project();
		await world.query(`update projects set split_shares = '{"train": 1, "dev": 0, "test": 0}' where id = '${projectId}' returning 1`);
		const row = { prompt: 'Which?', chosen: 'A', rejected: 'B' };
		const take = async (more: object) => valueOf(await world.importRows(slug, [{ ...row, ...more }]));
		const margins = () => world.query(`select j.margin, exists (select 1 from judgments l where l.supersedes_id = j.id) as later from judgments j where project_id = '${projectId}' order by margin nulls first`);
		const bare = await take({});
		const [half, whole] = [await take({ margin: 0.5 }), await take({ margin: 1 })];
		expect([half, whole]).toMatchObject([{ accepted: 1 }, { accepted: 1 }]);
		for (const said of [{}, { margin: 0 }, { margin: 0.5 }, { margin: 1 }]) expect(await take(said)).toMatchObject({ accepted: 0, duplicates: 1 });
		expect(await margins()).toEqual([{ margin: null, later: true }, { margin: 0.5, later: true }, { margin: 1, later: false }]);
		expect(await why(half.id)).toMatchObject({ code: 'conflict', judged: 1 });
		expect(await why(whole.id)).toEqual({});
		const freeze = (strength: 'margin' | 'clear_only') => freezeSnapshot(world.app, world.admin, { slug, objective: 'rm', rule: { includeImports: true, strength } });
		const frozen = valueOf(await freeze('margin'));
		expect([frozen.used, frozen.dropped, await trainingRows(world, frozen.id)]).toMatchObject([1, { surplus: 1 }, [{ margin: 0.5 }]]);
		// Half way from slightly to clearly is not clear.
		expect(problemOf(await freeze('clear_only'))).toBe('empty_snapshot');
		expect(await why(bare.id)).toMatchObject({ code: 'conflict' });
	});

	it('keeps every judge’s label, with name, time and source apart from it', async () => {
		const { slug, id: projectId } = await world.project();
		await world.query(`update projects set split_shares = '{"train": 1, "dev": 0, "test": 0}' where id = '${projectId}' returning 1`);
		const labels = [{ preferred: 0, judge: 'Ana', at: '2026-01-02T03:04:05Z', strength: 'slightly' }, { preferred: 1, judge: 'Bo', margin: 0.25 }, { preferred: 0, judge: 'Chen' }, { preferred: 1, judge: 'Ana', at: '2026-01-01T03:04:05Z' }, { verdict: 'cannot_judge' }];
		const rows = [{ prompt: 'Which?', responses: ['A', 'B'], group: 'g', judgments: labels }];
		const dry = valueOf(await world.importRows(slug, rows, { dryRun: true }));
		expect(dry).toMatchObject({ accepted: 1, found: { labels: 5 } });
		valueOf(await undoImport(world.app, world.admin, dry.id));
		valueOf(await world.importRows(slug, rows));
		const stored = () =>
			world.query<{ name: string | null; first: boolean | null; verdict: string; at: string | null; source: string; clear: string | null; later: boolean }>(
				`select n.name, t.messages->0->>'content' = 'A' as first, j.verdict, m.judged_at::text as at, m.source, coalesce(j.strength, j.margin::text) as clear, exists (select 1 from judgments l where l.supersedes_id = j.id) as later
				from judgments j join imported_judgments m on m.judgment_id = j.id left join imported_judges n on n.id = m.judge_id join comparisons c on c.id = j.comparison_id
				left join response_texts t on t.response_id = case j.verdict when 'a' then c.response_a_id when 'b' then c.response_b_id end
				where j.project_id = '${projectId}' order by n.name nulls last, m.judged_at`
			);
		const want = [
			{ name: 'Ana', first: false, at: '2026-01-01 03:04:05+00', later: true },
			{ name: 'Ana', first: true, at: '2026-01-02 03:04:05+00', clear: 'slightly', later: false },
			{ name: 'Bo', first: false, at: null, clear: '0.25', later: false },
			{ name: 'Chen', first: true, at: null, later: false },
			{ name: null, first: null, verdict: 'cannot_judge', later: false }
		];
		expect(await stored()).toMatchObject(want);
		// The same file again adds nothing; another one with a new judge adds that.
		expect(valueOf(await world.importRows(slug, rows))).toMatchObject({ accepted: 0, duplicates: 1 });
		expect(valueOf(await world.importRows(slug, [{ ...rows[0], judgments: [...labels, { preferred: 0, judge: 'Dora' }] }]))).toMatchObject({ accepted: 1 });
		expect(await stored()).toHaveLength(6);
		// Ana's later word, Chen and Dora against Bo: a majority for the first answer.
		expect(valueOf(await freezeSnapshot(world.app, world.admin, { slug, objective: 'dpo', rule: { includeImports: true } }))).toMatchObject({ rows: { train: 1 }, used: 4, dropped: { surplus: 2 } });
		// A name can be erased; who it was is then nowhere.
		await world.query(`update imported_judges set name = null where name = 'Ana' and project_id = '${projectId}' returning 1`);
		expect((await stored()).filter(({ name }) => name === 'Ana')).toEqual([]);
	});

	it('counts nobody’s label once, also when how clear it was comes later; at another time it is another one', async () => {
		const { slug, id: projectId } = await world.project();
		const take = async (said: object) => valueOf(await world.importRows(slug, [{ prompt: 'Which?', responses: ['A', 'B'], judgments: [{ preferred: 0, ...said }] }])).accepted;
		expect([await take({}), await take({ strength: 'clearly' }), await take({ strength: 'clearly' }), await take({}), await take({ at: '2026-01-03T03:04:05Z' })]).toEqual([1, 1, 0, 0, 1]);
		expect(
			await world.query(`select j.strength, m.judged_at is not null as timed, exists (select 1 from judgments l where l.supersedes_id = j.id) as later from judgments j join imported_judgments m on m.judgment_id = j.id where j.project_id = '${projectId}' order by timed, later`)
		).toEqual([
			{ strength: 'clearly', timed: false, later: false },
			{ strength: null, timed: false, later: true },
			{ strength: null, timed: true, later: false }
		]);
	});
});
