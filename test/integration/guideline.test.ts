import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '#lib/server/auth/actor.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { compareDesk } from '#lib/server/usecases/compare-desk.ts';
import { correctJudgment } from '#lib/server/usecases/correct-judgment.ts';
import { listGuidelineVersions } from '#lib/server/usecases/list-guideline-versions.ts';
import { markGuidelineRead } from '#lib/server/usecases/mark-guideline-read.ts';
import { putGuideline } from '#lib/server/usecases/put-guideline.ts';
import { readGuideline } from '#lib/server/usecases/read-guideline.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { comparisonRows, createWorld, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world.close());

const write = async (slug: string, body: string) => valueOf(await putGuideline(world.app, world.admin, { slug, body })).version;
const known = async (slug: string, actor: Actor) => valueOf(await compareDesk(world.app, actor, slug)).guidelineKnown;
async function judge(slug: string, actor: Actor): Promise<string> {
	const task = valueOf(await claimTask(world.app, actor, { slug }));
	return valueOf(await submitJudgment(world.app, actor, { taskId: task?.taskId ?? '', leaseToken: task?.leaseToken ?? '', verdict: 'left' })).judgmentId;
}

describe('the guideline', () => {
	it('keeps every version, to be read by its members alone', async () => {
		const { slug } = await world.project();
		const ann = await world.person('ann', { slug, role: 'annotator' });
		expect(valueOf(await readGuideline(world.app, ann, slug))).toBeNull();
		for (const body of ['One.', 'Two.', 'Three.']) await write(slug, body);
		expect(valueOf(await listGuidelineVersions(world.app, ann, slug)).map(({ version }) => version)).toEqual([3, 2, 1]);
		expect(valueOf(await readGuideline(world.app, ann, slug))).toMatchObject({ version: 3, body: 'Three.' });
		expect(valueOf(await readGuideline(world.app, ann, slug, 1))).toMatchObject({ version: 1, body: 'One.' });
		expect(problemOf(await readGuideline(world.app, ann, slug, 4))).toBe('not_found');
		const stranger = await world.person('stranger');
		expect(problemOf(await readGuideline(world.app, stranger, slug, 1))).toBe('not_found');
		expect(problemOf(await listGuidelineVersions(world.app, stranger, slug))).toBe('not_found');
	});

	it('knows what each person has judged under or seen, and never goes back', async () => {
		const { slug } = await world.project({ overlap: 2, rows: comparisonRows(3) });
		const [ann, bob] = [await world.person('ann', { slug, role: 'annotator' }), await world.person('bob', { slug, role: 'annotator' })];
		expect(await known(slug, ann)).toBeNull();
		await write(slug, 'One.');
		expect(await known(slug, ann), 'who has judged nothing has missed nothing').toBeNull();
		const first = await judge(slug, ann);
		await write(slug, 'Two.');
		await write(slug, 'Three.');
		expect(await known(slug, ann)).toBe(1);
		valueOf(await markGuidelineRead(world.app, ann, { slug, version: 3 }));
		expect(await known(slug, ann)).toBe(3);
		valueOf(await markGuidelineRead(world.app, ann, { slug, version: 2 }));
		expect(await known(slug, ann), 'a slower device says less').toBe(3);
		expect(await known(slug, bob)).toBeNull();
		await judge(slug, bob);
		const bobs = await judge(slug, bob);
		expect(await known(slug, bob)).toBe(3);
		expect(bobs).not.toBe(first);
		expect(problemOf(await markGuidelineRead(world.app, ann, { slug, version: 4 }))).toBe('invalid_input');
		expect(problemOf(await markGuidelineRead(world.app, await world.person('stranger'), { slug, version: 1 }))).toBe('not_found');
		const audited = await world.query(`select 1 as n from audit_entries where action = 'guideline.read' and actor_id = '${ann.userId}'`);
		expect(audited).toHaveLength(1);
	});

	it('is not forgotten by a correction under an older version', async () => {
		const { slug } = await world.project({ rows: comparisonRows(2) });
		const ann = await world.person('ann', { slug, role: 'annotator' });
		await write(slug, 'One.');
		const first = await judge(slug, ann);
		await write(slug, 'Two.');
		await judge(slug, ann);
		valueOf(await correctJudgment(world.app, ann, { judgmentId: first, verdict: 'tie' }));
		expect(await known(slug, ann)).toBe(2);
	});
});
