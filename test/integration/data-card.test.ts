import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Actor } from '#lib/server/auth/actor.ts';
import { cardMarkdown } from '#lib/domain/data-card/markdown.ts';
import { exportSnapshot } from '#lib/server/usecases/export-snapshot.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { putGuideline } from '#lib/server/usecases/put-guideline.ts';
import { putMember } from '#lib/server/usecases/put-member.ts';
import { putSkills } from '#lib/server/usecases/put-skills.ts';
import { manifestOf, readCard } from '#lib/server/usecases/read-card.ts';
import { removeMember } from '#lib/server/usecases/remove-member.ts';
import { voidJudgment } from '#lib/server/usecases/void-judgment.ts';
import { judgeAll, questions, seededProject } from '../support/judged-project.ts';
import { unzip } from '../support/unzip.ts';
import { createWorld, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let slug: string;
let id: string;
let judges: Actor[];
let judged: Map<number, string>;
const card = async (locale: 'en' | 'zh' = 'en', actor = world.admin) => cardMarkdown(valueOf(await readCard(world.app, actor, { id, locale })).card);

beforeAll(async () => {
	world = await createWorld();
	slug = (await seededProject(world, { overlap: 2, seed: 'card', guideline: 'Prefer what is careful.' })).slug;
	valueOf(await world.importRows(slug, questions(60).map((row, i) => ({ ...row, language: i % 2 ? 'zh-Hans' : 'en', tags: i % 3 ? ['lease'] : ['lease', 'court | fee'] }))));
	judges = [await world.person('Ada Lovelace', { slug, role: 'annotator' }), await world.person('Bo Diddley', { slug, role: 'reviewer' })];
	valueOf(await putSkills(world.app, world.admin, { slug, userId: judges[0]?.userId ?? '', skills: ['tenancy'], languages: [] }));
	judged = await judgeAll(world, slug, judges[0] as Actor, (question) => (question % 10 === 0 ? 'vague' : 'careful'));
	await judgeAll(world, slug, judges[1] as Actor, () => 'careful');
	id = valueOf(await freezeSnapshot(world.app, world.admin, { slug, objective: 'dpo' })).id;
}, 120_000);
afterAll(async () => world?.close());

it('says who judged in numbers, how far they agreed, under what, of what it is made and what is against it', async () => {
	const manifest = valueOf(await manifestOf(world.app, id));
	expect(manifest.judgedBy).toMatchObject({
		votes: [0, 0, 60, 0, 0, 0],
		unanimous: 54,
		people: { count: 2, most: 60, roles: [{ name: 'annotator', people: 1, votes: 60 }, { name: 'reviewer', people: 1, votes: 60 }], skills: [{ name: 'tenancy', people: 1, votes: 60 }] },
		origins: [{ origin: 'workspace', votes: 120, judges: 2 }],
		guidelines: [{ judgments: 120 }]
	});
	const english = await card();
	expect(english).toMatch(/Krippendorff’s α, nominal \| 0\.\d\d \| 0\.\d\d – 0\.\d\d \| 120/u);
	for (const words of ['| annotator | 1 | 60 |', '| tenancy | 1 | 60 |', '| Version 1 · ', 'court \\| fee', '| zh-Hans |', 'Small: ', 'looked through']) expect(english).toContain(words);
	expect(english).not.toMatch(/undefined|NaN|Lovelace|Diddley|[0-9a-f]{8}-[0-9a-f]{4}-/u);
	const chinese = await card('zh');
	expect(chinese.split('\n')).toHaveLength(english.split('\n').length);
	expect(chinese).toContain('| 评判人 | 1 | 60 |');
});

it('never changes: not with roles, guidelines, people who leave, nor judgments that are voided', async () => {
	const before = await card();
	valueOf(await putMember(world.app, world.admin, { slug, userId: judges[0]?.userId ?? '', role: 'engineer' }));
	valueOf(await removeMember(world.app, world.admin, { slug, userId: judges[1]?.userId ?? '' }));
	valueOf(await putGuideline(world.app, world.admin, { slug, body: 'Prefer what is short.' }));
	valueOf(await voidJudgment(world.app, world.admin, { judgmentId: judged.get(1) ?? '', reason: 'spam' }));
	expect(await card()).toBe(before);
	const again = valueOf(await freezeSnapshot(world.app, world.admin, { slug, objective: 'dpo' }));
	expect(valueOf(await manifestOf(world.app, again.id)).judgedBy?.people.roles.map(({ name }) => name).sort()).toEqual(['engineer', 'former']);
});

it('goes out with the data: what Hugging Face’s hub reads before it, and in LLaMA-Factory’s folder', async () => {
	const take = async (format: 'hf' | 'llama-factory') => unzip(valueOf(await exportSnapshot(world.app, world.admin, { id, split: 'train', format })).stream);
	const readme = (await take('hf')).get('README.md') ?? '';
	expect(readme).toMatch(/^---\npretty_name: "s-card, DPO [0-9a-f]{12}"\nlanguage:\n- en\n- zh\nlicense: unknown\nannotations_creators:\n- expert-generated\n/u);
	for (const words of ['size_categories:\n- n<1K\n', 'configs:\n- config_name: dpo-', '  - split: train\n    path: data/train.jsonl\n', '\n---\n\n# Data card', 'conversational form', '## Known limits']) expect(readme).toContain(words);
	expect((await take('llama-factory')).get('README.md')).toBe(await card());
});

it('is for who may read snapshots', async () => {
	expect(problemOf(await readCard(world.app, await world.person('judge', { slug, role: 'annotator' }), { id, locale: 'en' }))).toBe('forbidden');
	const reader = await world.person('reader', { slug, role: 'reviewer' });
	expect(await card('en', reader)).toContain('# Data card');
	// No matter is named, and no word of a prompt: nothing that a wall could stand before.
	expect(await card('en', reader)).not.toContain('Question number');
});
