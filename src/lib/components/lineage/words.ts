import { decisionName, roundStatus, runStatus } from '#lib/components/loop/words.ts';
import { count } from '#lib/components/shell/format.ts';
import type { RunStatus } from '#lib/domain/run-state.ts';
import type { RoundStatus } from '#lib/server/db/rounds.ts';
import type { LineageThing } from '#lib/server/usecases/read-lineage.ts';
import * as m from '#lib/paraglide/messages.js';

/** What a thing is called. */
export function thingName(thing: LineageThing): string {
	switch (thing.kind) {
		case 'round':
			return m.home_round({ number: count(thing.number) });
		case 'judgments':
			return m.lineage_judgments({ n: count(thing.used) });
		case 'judgment':
			return m.lineage_judgment();
		case 'snapshot':
			return m.lineage_snapshot({ hash: thing.sha256.slice(0, 8) });
		case 'run':
			return m.lineage_run({ objective: thing.objective.toUpperCase() });
		case 'checkpoint':
			return thing.name;
		case 'response':
			return m.lineage_response();
	}
}

/** What else is known of it, in a few words. */
export function thingNote(thing: LineageThing): string {
	switch (thing.kind) {
		case 'round':
			return `${m.lineage_comparisons({ n: count(thing.comparisons) })} · ${roundStatus(thing.status as RoundStatus)}`;
		case 'judgments':
			return thing.hidden > 0 ? m.lineage_hidden({ n: count(thing.hidden) }) : thing.rounds.map((number) => m.home_round({ number: count(number) })).join(' · ');
		case 'judgment':
			return thing.stands ? m.home_round({ number: count(thing.round) }) : m.lineage_judgment_gone();
		case 'snapshot':
			return m.lineage_rows({ objective: thing.objective.toUpperCase(), n: count(thing.trainRows) });
		case 'run':
			return thing.point === null ? runStatus(thing.status as RunStatus) : m.lineage_point({ n: count(thing.point) });
		case 'checkpoint':
			return thing.isChampion ? m.checkpoint_champion() : thing.isBase ? m.checkpoint_base() : thing.decision ? decisionName(thing.decision) : m.checkpoint_undecided();
		case 'response':
			return '';
	}
}

/** Where a thing's own page is; an answer has none. */
export function thingHref(slug: string, thing: LineageThing): string | null {
	const at = `/projects/${slug}`;
	switch (thing.kind) {
		case 'round':
			return `${at}/rounds/${thing.number}`;
		case 'judgments':
			return `${at}/snapshots/${thing.id}/judgments`;
		case 'judgment':
			return `${at}/history/${thing.id}`;
		case 'snapshot':
			return `${at}/snapshots/${thing.id}`;
		case 'run':
			return `${at}/runs/${thing.id}`;
		case 'checkpoint':
			return `${at}/checkpoints/${thing.id}`;
		case 'response':
			return null;
	}
}

/** Where a thing's own lineage is; judgments of a snapshot stand for the snapshot. */
export function lineageHref(slug: string, key: string): string {
	const [kind = '', id = ''] = key.split(':');
	return `/projects/${slug}/lineage/${kind === 'judgments' ? 'snapshot' : kind}/${id}`;
}
