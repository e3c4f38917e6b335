import { Readable } from 'node:stream';
import { ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import { allow } from './access.ts';
import { importPairs } from './import-pairs.ts';
import { openTurn } from './playground-turn.ts';
import type { Turn } from './playground-turn.ts';

/** What can be said of two answers: which one is better, that they are as good as each other, or that neither will do. */
export const PLAYGROUND_VERDICTS = ['left', 'right', 'tie', 'both_bad'] as const;
export type PlaygroundVerdict = (typeof PLAYGROUND_VERDICTS)[number];

/** What a preference came to: whose answers they were (as they were asked for), and the import that it is part of the record by. `waits`: names are looked for first. `earlierStands`: this person has judged the pair here before, so that nothing of it was taken. */
export type PlaygroundPreference = { left: string; right: string; importId: string; waits: boolean; earlierStands: boolean };

const PLACE = { left: 0, right: 1, tie: 'tie', both_bad: 'both_bad' } as const;

/** What the audit keeps of a preference: the record of the pair names no model. */
function told({ blind, left, right }: Turn, better: PlaygroundVerdict) {
	if (better === 'tie' || better === 'both_bad') return { verdict: better, between: [left.id, right.id], blind };
	const [preferred, over] = better === 'left' ? [left, right] : [right, left];
	return { preferred: preferred.id, over: over.id, blind };
}

/**
 * Makes what somebody said of two answers in the playground part of the record: a judgment of origin “playground” by that
 * person. It fills no place of a comparison, counts for no decision, and a snapshot takes it only where its rule names
 * that origin. It goes the way of every import: masked, with the split of its question, to be undone. Who gave it knows
 * from then on whose answers they were: their first word on a pair stands, whatever they say of it later.
 */
export async function preferInPlayground(app: Pick<App, 'db' | 'config' | 'secrets'>, actor: Actor, input: { slug: string; turn: string; better: PlaygroundVerdict }): Promise<Result<PlaygroundPreference>> {
	const access = await allow(app.db, actor, { slug: input.slug }, 'import.create');
	if (!access.ok) return access;
	const { id: projectId } = access.value.project;
	const turn = await openTurn(app, { projectId, userId: actor.userId, sealed: input.turn });
	if (!turn) return wrongField('turn', 'what this project’s playground gave you with the two answers');
	const { messages, left, right } = turn;
	if (left.text === right.text) return wrongField('better', 'nothing: the two answers are the same');
	const row = { messages, responses: [left.text, right.text], preferred: PLACE[input.better] };
	const begun = await importPairs(app, actor, {
		slug: input.slug,
		said: { format: 'jsonl', shape: 'plumbline' },
		skipBad: false,
		fileName: 'playground',
		brings: 'playground',
		source: Readable.from([Buffer.from(`${JSON.stringify(row)}\n`)]),
		// With the pair, or whose answers they were would be lost for good to a process that is killed in between.
		also: async (tx, id, made) => {
			if (made?.accepted !== 0) await record(tx, actor, { action: 'playground.prefer', projectId, subject: ['import', id], details: told(turn, input.better) });
		}
	});
	if (!begun.ok) return begun;
	const done = await begun.value.done;
	if (!done.ok) return done;
	const waits = done.value.status === 'masking';
	return ok({ left: left.id, right: right.id, importId: begun.value.id, waits, earlierStands: !waits && done.value.accepted === 0 });
}
