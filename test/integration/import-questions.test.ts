import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { publishImport } from '#lib/server/usecases/publish-import.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';
import { readImport } from '#lib/server/usecases/read-import.ts';
import { createWorld, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world?.close());

const row = (more: object, answers = ['One.', 'Two.']) => ({ prompt: 'May they assign the lease?', responses: answers, ...more });
const other = (more: object) => row(more, ['Three.', 'Four.']);
const questions = (projectId: string) => world.query(`select p.matter, (select count(*)::int from responses r where r.prompt_id = p.id) as answers from prompts p where p.project_id = '${projectId}'`);
const AT = (line: number) => ({ line, field: 'matter', message: expect.stringMatching(/one matter/u) as unknown });

describe('a question that comes again under another matter', () => {
	it('is refused by its field, so that nobody behind a wall is given its answers', async () => {
		const { slug, id } = await world.project({ overlap: 1, rows: [row({ matter: 'A' })] });
		const ann = await world.person('ann', { slug, role: 'annotator' });
		valueOf(await raiseWall(world.app, world.admin, { slug, userId: ann.userId, matter: 'B' }));
		const dry = valueOf(await world.importRows(slug, [other({ matter: 'B' })], { dryRun: true }));
		expect(dry).toMatchObject({ accepted: 0, duplicates: 0, rejected: 1, errors: [AT(1)] });
		const refused = await world.importRows(slug, [other({ matter: 'B' }), { prompt: 'Another?', completion: 'Yes.' }]);
		expect(refused.ok ? [] : [refused.problem.code, refused.problem.errors, refused.problem.facts]).toMatchObject(['import_refused', [AT(1)], { rejected: 1 }]);
		expect(await questions(id)).toEqual([{ matter: 'A', answers: 2 }]);
		expect(valueOf(await world.importRows(slug, [other({ matter: 'B' }), { prompt: 'Another?', completion: 'Yes.' }], { skipBad: true }))).toMatchObject({ accepted: 1, rejected: 1, errors: [AT(1)] });
		const asked = JSON.stringify([valueOf(await claimTask(world.app, ann, { slug })), valueOf(await claimTask(world.app, ann, { slug }))]);
		expect(asked).toContain('Another?');
		expect(asked).not.toMatch(/Three|Four/u);
	});

	it('is refused where it came without one, and within one file', async () => {
		const { slug, id } = await world.project({ rows: [row({})] });
		expect(valueOf(await world.importRows(slug, [other({ matter: 'B' })], { skipBad: true }))).toMatchObject({ accepted: 0, rejected: 1 });
		const { slug: fresh, id: freshId } = await world.project();
		expect(valueOf(await world.importRows(fresh, [row({ matter: 'A' }), other({ matter: 'B' })], { skipBad: true }))).toMatchObject({ accepted: 1, rejected: 1, errors: [AT(2)] });
		expect([await questions(id), await questions(freshId)]).toEqual([[{ matter: null, answers: 2 }], [{ matter: 'A', answers: 2 }]]);
	});

	it('may name none: its answers are as safe as those that are here, whichever row of a file comes first', async () => {
		const { slug, id } = await world.project();
		expect(valueOf(await world.importRows(slug, [row({}), other({ matter: 'A' })]))).toMatchObject({ accepted: 2, rejected: 0 });
		expect(valueOf(await world.importRows(slug, [row({}, ['Five.', 'Six.'])]))).toMatchObject({ accepted: 1, rejected: 0 });
		expect(await questions(id)).toEqual([{ matter: 'A', answers: 6 }]);
	});

	it('is found out when a dry run is taken, too', async () => {
		const { slug, id } = await world.project();
		const dry = valueOf(await world.importRows(slug, [other({ matter: 'B' }), { prompt: 'Another?', completion: 'Yes.' }], { dryRun: true }));
		expect(dry).toMatchObject({ accepted: 2, rejected: 0 });
		valueOf(await world.importRows(slug, [row({ matter: 'A' })]));
		expect(problemOf(await publishImport(world.app, world.admin, { id: dry.id, skipBad: false }))).toBe('conflict');
		expect(valueOf(await publishImport(world.app, world.admin, { id: dry.id, skipBad: true }))).toMatchObject({ accepted: 1, rejected: 1 });
		expect(valueOf(await readImport(world.app, world.admin, dry.id))).toMatchObject({ rejected: 1, errors: [AT(1)] });
		expect((await questions(id)).filter(({ matter }) => matter === 'A')).toEqual([{ matter: 'A', answers: 2 }]);
	});
});

it('a question that comes again with other tags, skills, language or group keeps what it has, and the import says so', async () => {
	const { slug, id } = await world.project();
	const first = { tags: ['lease', 'urgent'], requires: ['tax'], language: 'en', group: 'g' };
	expect(valueOf(await world.importRows(slug, [row(first)])).found).toMatchObject({ ignored: {} });
	expect(valueOf(await world.importRows(slug, [row(first), other({ tags: ['urgent'] }), other({})])).found).toMatchObject({ ignored: {} });
	const rows = [row({ tags: ['new'], requires: ['audit'], language: 'zh', group: 'h' }, ['Five.', 'Six.']), other({ tags: ['lease', 'new'] })];
	const dry = valueOf(await world.importRows(slug, rows, { dryRun: true }));
	expect(dry.found).toMatchObject({ ignored: { tags: 2, requires: 1, language: 1, group: 1 } });
	valueOf(await publishImport(world.app, world.admin, { id: dry.id, skipBad: false }));
	expect(valueOf(await readImport(world.app, world.admin, dry.id)).found).toMatchObject({ ignored: { tags: 2, requires: 1, language: 1, group: 1 } });
	expect(await world.query(`select p.tags, p.requires, p.language, g.key from prompts p join prompt_groups g on g.id = p.group_id where p.project_id = '${id}'`)).toEqual([{ tags: ['lease', 'urgent'], requires: ['tax'], language: 'en', key: 'g' }]);
	const { slug: fresh } = await world.project();
	expect(valueOf(await world.importRows(fresh, [row({ tags: ['a'] }), other({ tags: ['b'] })])).found).toMatchObject({ ignored: { tags: 1 } });
});
