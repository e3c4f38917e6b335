import { queueKey } from '../../domain/pairing.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { FieldError, Result } from '../../domain/problem.ts';
import { counts, isVerdictOf } from '../../domain/verdict.ts';
import type { CountingVerdict, Verdict } from '../../domain/verdict.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Db } from '../db/client.ts';
import * as comparisons from '../db/comparisons.ts';
import * as gold from '../db/gold.ts';
import * as people from '../db/people.ts';
import * as projects from '../db/projects.ts';
import * as rounds from '../db/rounds.ts';
import { allow } from './access.ts';
import { inTransaction } from './transaction.ts';

/** A comparison and its right verdict, canonical. */
export type NewGold = { comparisonId: string; verdict: Verdict; tieIsRight?: boolean | undefined; explanation?: string | undefined; warmUp?: boolean | undefined };

/** Items one by one, or every pair whose preference an import stated. */
export type GoldInput = { slug: string } & ({ items: readonly NewGold[] } | { importId: string; warmUp?: boolean | undefined; tieIsRight?: boolean | undefined });

type Chosen = { comparison: gold.GoldCandidate; key: gold.GoldKey };

/** What is wrong with one item, if anything. */
function wrongItem(item: NewGold, found: gold.GoldCandidate | undefined): string | null {
	if (!found?.visible) return 'there is no such comparison';
	if (!isVerdictOf(found.mode, item.verdict) || !counts(item.verdict)) return found.mode === 'pair' ? 'verdict: a, b, tie or both_bad' : 'verdict: good or bad';
	return null;
}

/**
 * Makes comparisons gold: their right verdict is known, and they are mixed in
 * unseen at the project's rate. One that nobody has touched leaves the queue;
 * one that is being judged stays there too, and who judged it never gets it as
 * gold. What is gold already stays as it is.
 */
export async function putGold(app: { db: Db }, actor: Actor, input: GoldInput): Promise<Result<{ added: number; already: number; setAside: number }>> {
	return inTransaction(app.db, async (tx) => {
		const access = await allow(tx, actor, { slug: input.slug }, 'gold.manage');
		if (!access.ok) return access;
		const { project } = access.value;
		await projects.serialise(tx, project.id);
		await people.changePeople(tx, project.id);
		const chosen: Chosen[] = [];
		if ('items' in input) {
			const found = new Map((await gold.lockForGold(tx, project.id, actor.userId, input.items.map((item) => item.comparisonId))).map((one) => [one.id, one]));
			const errors: FieldError[] = [];
			for (const [i, item] of input.items.entries()) {
				const comparison = found.get(item.comparisonId);
				const wrong = wrongItem(item, comparison);
				if (wrong !== null || !comparison) errors.push({ field: `items[${i}]`, message: wrong ?? '' });
				else chosen.push({ comparison, key: { verdict: item.verdict as CountingVerdict, acceptsTie: item.tieIsRight ?? false, explanation: item.explanation?.trim() || null, isWarmUp: item.warmUp ?? false } });
			}
			if (errors[0]) return fail('invalid_input', `${errors[0].field}: ${errors[0].message}`, { errors });
		} else {
			for (const comparison of await gold.lockImported(tx, project.id, actor.userId, input.importId)) {
				if (!comparison.visible || comparison.imported === null) continue;
				chosen.push({ comparison, key: { verdict: comparison.imported, acceptsTie: input.tieIsRight ?? false, explanation: null, isWarmUp: input.warmUp ?? false } });
			}
			if (chosen.length === 0) return fail('not_found', 'This import states no preference in this project.');
		}
		const fresh = [...new Map(chosen.filter(({ comparison }) => !comparison.isGold).map((one) => [one.comparison.id, one])).values()];
		const setAside = new Map<string, number>();
		for (const { comparison, key } of fresh) {
			await gold.designate(tx, { projectId: project.id, comparison, key, orderKey: queueKey(`${project.seed}/gold`, comparison.contentHash), by: actor.userId });
			if (comparison.untouched) setAside.set(comparison.roundId, (setAside.get(comparison.roundId) ?? 0) + 1);
		}
		for (const [roundId, n] of setAside) await rounds.addCounts(tx, roundId, { comparisons: -n, identical: 0 });
		await comparisons.refreshExhaustionOfProject(tx, project.id);
		const aside = [...setAside.values()].reduce((sum, n) => sum + n, 0);
		await record(tx, actor, { action: 'gold.put', projectId: project.id, subject: ['project', project.id], details: { added: fresh.length, setAside: aside } });
		return ok({ added: fresh.length, already: chosen.length - fresh.length, setAside: aside });
	});
}
