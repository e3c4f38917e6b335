import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { completeRule } from '#lib/domain/snapshot-rule.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { rowsOf } from '#lib/server/db/rows.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { previewSnapshot } from '#lib/server/usecases/preview-snapshot.ts';
import { putSnapshotRule } from '#lib/server/usecases/put-snapshot-rule.ts';
import { readSnapshot } from '#lib/server/usecases/read-snapshot.ts';
import { listSnapshotRules, readSnapshotRule } from '#lib/server/usecases/read-snapshot-rules.ts';
import { createWorld, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

const NAME = 'As agreed / 约定';
let world: World;
let engineer: Actor;
let slug: string;
const put = (objective: 'dpo' | 'kto', rule = {}, actor = engineer) => putSnapshotRule(world.app, actor, { slug, name: NAME, objective, rule });

beforeAll(async () => {
	world = await createWorld();
	slug = (await world.project({ overlap: 1, rows: pairRows(40) })).slug;
	engineer = await world.person('engineer', { slug, role: 'engineer' });
});
afterAll(async () => world?.close());

it('a rule is saved in versions that stay: the same again adds none, in whatever order it is written', async () => {
	const origins = { origins: ['import', 'workspace'] as const };
	expect(valueOf(await put('dpo', origins))).toEqual({ name: NAME, version: 1, added: true });
	expect(valueOf(await put('dpo', { includeImports: true }))).toEqual({ name: NAME, version: 1, added: false });
	expect(valueOf(await put('dpo', { ...origins, maxChars: 400 }))).toEqual({ name: NAME, version: 2, added: true });
	const versions = valueOf(await readSnapshotRule(world.app, engineer, { slug, name: NAME }));
	expect(versions.map(({ version, rule, createdBy }) => [version, rule.maxChars, createdBy])).toEqual([[2, 400, 'engineer'], [1, null, 'engineer']]);
	expect(valueOf(await listSnapshotRules(world.app, engineer, slug)).map(({ name, version }) => [name, version])).toEqual([[NAME, 2]]);
	await expect(world.app.db.execute(sql`update snapshot_rules set name = 'x'`)).rejects.toMatchObject({ cause: { message: expect.stringContaining('append-only') } });
	const audit = await rowsOf<{ details: unknown }>(world.app.db, sql`select details from audit_entries where action = 'snapshot_rule.put' order by id`);
	expect(audit.map(({ details }) => details)).toEqual([{ name: NAME, version: 1, objective: 'dpo' }, { name: NAME, version: 2, objective: 'dpo' }]);
});

it('two who save at once make two versions, or one where they say the same', async () => {
	const [one, other, third] = await Promise.all([put('kto', { maxChars: 10 }), put('kto', { maxChars: 20 }), put('kto', { maxChars: 20 })]);
	const versions = [one, other, third].map((result) => valueOf(result).version);
	expect(new Set(versions).size).toBe(versions[1] === versions[2] ? 2 : 3);
	expect(versions.every((version) => version > 2)).toBe(true);
});

it('a snapshot is made by it, says so, and has the bytes of the same rule in full', async () => {
	const saved = { name: NAME, version: 2 };
	const preview = valueOf(await previewSnapshot(world.app, engineer, { slug, saved }));
	const named = valueOf(await freezeSnapshot(world.app, engineer, { slug, saved }));
	const plain = valueOf(await freezeSnapshot(world.app, engineer, { slug, objective: 'dpo', rule: { includeImports: true, maxChars: 400 } }));
	expect([named.rows, named.sha256]).toEqual([preview.rows, plain.sha256]);
	expect(valueOf(await readSnapshot(world.app, engineer, named.id))).toMatchObject({ savedRule: saved, objective: 'dpo' });
	expect(valueOf(await readSnapshot(world.app, engineer, plain.id)).savedRule).toBeNull();
});

it('what cannot be is refused by the field', async () => {
	const field = async (input: object) => {
		const result = await previewSnapshot(world.app, engineer, { slug, ...input });
		return result.ok ? null : result.problem.errors?.[0]?.field;
	};
	expect(await field({ saved: { name: 'nobody knows' } })).toBe('saved');
	expect(await field({ saved: { name: NAME, version: 99 } })).toBe('saved');
	expect(await field({ saved: { name: NAME, version: 1 }, objective: 'kto' })).toBe('objective');
	expect(await field({ saved: { name: NAME }, rule: completeRule() })).toBe('rule');
	expect(await field({})).toBe('objective');
	expect(problemOf(await put('kto', { matchLength: true }))).toBe('invalid_input');
	expect(problemOf(await put('dpo', {}, await world.person('reviewer', { slug, role: 'reviewer' })))).toBe('forbidden');
	expect(problemOf(await readSnapshotRule(world.app, engineer, { slug, name: 'nobody knows' }))).toBe('not_found');
});
