import { documentsOf } from '../../domain/message.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { DocumentTexts } from '../../domain/training-row.ts';
import * as artifactTexts from '../db/artifact-texts.ts';
import type { NamedBundle } from '../db/bundles.ts';
import type { Tx } from '../db/client.ts';

/** Prompts one after the other, and what their documents say, which is read when it is asked for. */
export type DocumentsPart = { bundles: NamedBundle[]; texts: () => Promise<DocumentTexts> };

/** Every document that is named in a prompt, an answer or a rewrite. */
function named(bundle: NamedBundle): string[] {
	return documentsOf([bundle.messages, ...bundle.responses.map(({ messages }) => messages), ...bundle.comparisons.flatMap(({ judgments }) => judgments.flatMap(({ rewrite }) => (rewrite ? [rewrite.messages] : [])))].flat());
}

/**
 * A page of prompts in parts whose documents say no more than so many bytes, or
 * one prompt whose own say more. Refused while one is still to be read: the same
 * judgments must give the same rows, now or in a minute.
 */
export async function byDocuments(tx: Tx, projectId: string, page: readonly NamedBundle[], bytes: number): Promise<Result<DocumentsPart[]>> {
	const of = new Map(page.map((bundle) => [bundle, named(bundle)]));
	const all = [...new Set([...of.values()].flat())];
	const waiting = await artifactTexts.waiting(tx, projectId, all);
	if (waiting > 0) return fail('conflict', `${waiting} of its documents are still being read by a worker. Freeze again in a minute.`, { facts: { retryAfter: 30 } });
	const sizes = await artifactTexts.sizes(tx, projectId, all);
	const parts: { bundles: NamedBundle[]; documents: Set<string> }[] = [];
	let held = 0;
	for (const [bundle, documents] of of) {
		let last = parts.at(-1);
		const more = documents.filter((document) => !last?.documents.has(document)).reduce((sum, document) => sum + (sizes.get(document) ?? 0), 0);
		if (!last || held + more > bytes) {
			parts.push((last = { bundles: [], documents: new Set() }));
			held = documents.reduce((sum, document) => sum + (sizes.get(document) ?? 0), 0);
		} else held += more;
		last.bundles.push(bundle);
		for (const document of documents) last.documents.add(document);
	}
	return ok(parts.map(({ bundles, documents }) => ({ bundles, texts: () => artifactTexts.bodies(tx, projectId, [...documents]) })));
}
