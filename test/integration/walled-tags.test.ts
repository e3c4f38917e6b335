import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cardMarkdown } from '#lib/domain/data-card/markdown.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { compareSnapshots } from '#lib/server/usecases/compare-snapshots.ts';
import { describeSnapshot } from '#lib/server/usecases/describe-snapshot.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { liftWall } from '#lib/server/usecases/lift-wall.ts';
import { previewSnapshot } from '#lib/server/usecases/preview-snapshot.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';
import { readCard } from '#lib/server/usecases/read-card.ts';
import { readManifest } from '#lib/server/usecases/read-snapshot.ts';
import { createWorld, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

/** A tag of a prompt behind a wall may name the client: it is as hidden as the prompt. */
const MATTER = 'Acme v. Birch';
const TAG = 'client:acme';

let world: World;
let slug: string;
let first: string;
let second: string;
let engineer: Actor;

const rule = { includeImports: true };
beforeAll(async () => {
	world = await createWorld();
	({ slug } = await world.project({ rows: pairRows(30).map((row) => ({ ...row, matter: MATTER, tags: [TAG], language: 'en' })) }));
	engineer = await world.person('engineer', { slug, role: 'engineer' });
	first = valueOf(await freezeSnapshot(world.app, engineer, { slug, objective: 'dpo', rule })).id;
	valueOf(await world.importRows(slug, pairRows(10, 'more').map((row) => ({ ...row, language: 'en' }))));
	second = valueOf(await freezeSnapshot(world.app, engineer, { slug, objective: 'dpo', rule })).id;
}, 60_000);
afterAll(() => world?.close());

/** All that tells what a snapshot is made of, as one text each. */
async function told(actor: Actor) {
	const page = valueOf(await describeSnapshot(world.app, actor, first));
	const diff = valueOf(await compareSnapshots(world.app, actor, { id: second, other: first }));
	const preview = valueOf(await previewSnapshot(world.app, actor, { slug, objective: 'dpo', rule }));
	const card = async (locale: 'en' | 'zh') => cardMarkdown(valueOf(await readCard(world.app, actor, { id: first, locale })).card);
	return { page, diff, preview, english: await card('en'), chinese: await card('zh') };
}

describe('tags of a snapshot', () => {
	it('are told by its page, its card, what it is compared with, a preview and its manifest', async () => {
		const { page, diff, preview, english, chinese } = await told(engineer);
		for (const composition of [page.manifest?.composition, diff.before.composition, diff.after.composition, preview.composition]) expect(composition?.tags?.map(({ name }) => name)).toContain(TAG);
		for (const text of [english, chinese]) expect(text).toContain(TAG);
		valueOf(await readManifest(world.app, engineer, first));
	});

	it('are in no manifest that the page offers and the server refuses, also where it is of a format that told of none', async () => {
		const { composition: _, ...told } = valueOf(await describeSnapshot(world.app, engineer, first)).manifest ?? {};
		const artifacts = Object.assign(Object.create(world.app.artifacts) as typeof world.app.artifacts, { verify: () => Promise.resolve(), read: () => Readable.from([Buffer.from(JSON.stringify(told))]) });
		const page = async () => valueOf(await describeSnapshot({ db: world.app.db, artifacts }, engineer, first));
		expect(await page()).toMatchObject({ tagsHidden: false, manifest: { objective: 'dpo' } });
		const { id } = valueOf(await raiseWall(world.app, world.admin, { slug, userId: engineer.userId, matter: MATTER }));
		expect(problemOf(await readManifest({ db: world.app.db, artifacts }, engineer, first))).toBe('walled');
		expect([(await page()).tagsHidden, (await page()).manifest?.composition]).toEqual([true, null]);
		valueOf(await liftWall(world.app, world.admin, { id }));
	});

	it('are kept from who is walled off from some of it, by all of them, and the rest is told', async () => {
		const { id } = valueOf(await raiseWall(world.app, world.admin, { slug, userId: engineer.userId, matter: MATTER }));
		const { page, diff, preview, english, chinese } = await told(engineer);
		expect(JSON.stringify([page, diff, preview, english, chinese])).not.toContain(TAG);
		for (const composition of [page.manifest?.composition, diff.before.composition, diff.after.composition, preview.composition]) {
			expect(composition?.tags).toBeNull();
			expect(composition?.languages.map(({ name }) => name)).toEqual(['en']);
		}
		expect(english).toContain('Tags are left out');
		expect(chinese).toContain('未列出标签');
		// Its bytes are hashed: nothing can be cut out of them.
		expect(problemOf(await readManifest(world.app, engineer, first))).toBe('walled');
		valueOf(await readManifest(world.app, world.admin, first));
		valueOf(await liftWall(world.app, world.admin, { id }));
		expect((await told(engineer)).english).toContain(TAG);
	});
});
