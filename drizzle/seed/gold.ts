import { DEFAULT_SHARES } from '#lib/domain/holdout.ts';
import { readImportRow } from '#lib/domain/import-row.ts';
import type { StagedPair, StagedRow } from '#lib/domain/import-row.ts';
import type { Verdict } from '#lib/domain/verdict.ts';
import type { Db } from '#lib/server/db/client.ts';
import * as comparisons from '#lib/server/db/comparisons.ts';
import type { NewGold } from '#lib/server/usecases/put-gold.ts';
import type { GoldAnswer, Scenario } from './scenario.ts';

type Row = { group?: string };

/** The row as the import reads it: the same hashes, whoever computes them. */
function read(row: unknown, { seeds, systemPrompt }: Scenario): StagedRow {
	const read = readImportRow(row, 1, { ...seeds, shares: DEFAULT_SHARES, systemPrompt: { id: '', body: systemPrompt }, matterIsGroup: false });
	if (!read.ok) throw new Error(`${read.error.field}: ${read.error.message}`);
	return read.row;
}

/** The one comparison of a gold answer's group with its verdict, canonical. */
function known(answer: GoldAnswer, scenario: Scenario): { pair: StagedPair; verdict: Verdict } {
	const rows = scenario.files.flatMap((file) => file.rows as Row[]).filter(({ group }) => group === answer.group);
	const [staged] = rows.map((row) => read(row, scenario));
	const [pair] = staged?.pairs ?? [];
	if (!staged || !pair || rows.length > 1 || staged.pairs.length > 1) throw new Error(`gold ${answer.group}: exactly one comparison must have this group`);
	if ('good' in answer) return { pair, verdict: answer.good ? 'good' : 'bad' };
	const better = staged.responses.find(({ messages }) => messages[0]?.content === answer.better)?.hash;
	if (better === undefined) throw new Error(`gold ${answer.group}: the better answer is none of the two`);
	return { pair, verdict: pair.a === better ? 'a' : 'b' };
}

/** A scenario's known verdicts with the ids that its comparisons have here. */
export async function goldItems(db: Db, projectId: string, scenario: Scenario): Promise<NewGold[]> {
	const found = (scenario.gold ?? []).map((answer) => ({ answer, ...known(answer, scenario) }));
	const ids = await comparisons.idsByContent(db, projectId, found.map(({ pair }) => pair.contentHash));
	return found.map(({ answer, pair, verdict }) => ({ comparisonId: ids.get(pair.contentHash) ?? '', verdict, explanation: answer.explanation, warmUp: answer.warmUp }));
}
