import { completePolicy } from '#lib/domain/judging-policy.ts';
import type { App } from '#lib/server/app.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { fact, putFact } from '#lib/server/db/installation.ts';
import { createProject } from '#lib/server/usecases/create-project.ts';
import { importPairs } from '#lib/server/usecases/import-pairs.ts';
import { putForm } from '#lib/server/usecases/put-form.ts';
import { putGold } from '#lib/server/usecases/put-gold.ts';
import { putMember } from '#lib/server/usecases/put-member.ts';
import { putPolicy } from '#lib/server/usecases/put-policy.ts';
import { putSkills } from '#lib/server/usecases/put-skills.ts';
import { putSuite } from '#lib/server/usecases/put-suite.ts';
import { asAdmin } from './accounts.ts';
import type { DemoPerson } from './accounts.ts';
import { goldItems } from './gold.ts';
import { composition } from './scenario.ts';
import type { Scenario } from './scenario.ts';
import { valueOf } from './value-of.ts';

async function* jsonl(rows: readonly unknown[]): AsyncGenerator<Uint8Array> {
	for (const row of rows) yield Buffer.from(`${JSON.stringify(row)}\n`);
}

/** The project with its settings, all at once: a form that is put again would be a new version. */
async function settled(app: App, actor: Actor, scenario: Scenario): Promise<string> {
	const { slug, name, locale, overlap, objective, seeds, systemPrompt, guideline, form, policy, suite } = scenario;
	const key = `demo.project.${slug}`;
	const before = await fact(app.db, key);
	if (before !== null) return String(before);
	return app.db.transaction(async (tx) => {
		const within = { ...app, db: tx };
		const { id } = valueOf(await createProject(within, actor, { slug, name, locale, overlap, objective, seeds, systemPrompt, guideline }));
		if (form) valueOf(await putForm(within, actor, { slug, form }));
		if (policy) valueOf(await putPolicy(within, actor, { slug, policy: completePolicy(policy) }));
		if (suite) valueOf(await putSuite(within, actor, { slug, suite }));
		await putFact(tx, key, id);
		return id;
	});
}

/** Makes the project, or what an interrupted seed left out of it: every step adds nothing when it was done before. */
export async function seedProject(app: App, people: readonly DemoPerson[], scenario: Scenario): Promise<string> {
	const actor = asAdmin(people.find((person) => person.role === 'admin')?.id ?? '');
	const { slug, files, abilities = {} } = scenario;
	const projectId = await settled(app, actor, scenario);
	for (const { id, role, email } of people) {
		if (role === 'admin') continue;
		valueOf(await putMember(app, actor, { slug, userId: id, role }));
		const able = abilities[email.split('@')[0] ?? ''];
		if (able) valueOf(await putSkills(app, actor, { slug, userId: id, ...able }));
	}
	for (const { name, rows } of files) {
		const begun = valueOf(await importPairs(app, actor, { slug, said: { format: 'jsonl' }, skipBad: false, fileName: name, source: jsonl(rows) }));
		valueOf(await begun.done);
	}
	const items = await goldItems(app.db, projectId, scenario);
	if (items.length > 0) valueOf(await putGold(app, actor, { slug, items }));
	return composition(scenario);
}
