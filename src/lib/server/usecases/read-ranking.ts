import { setImmediate } from 'node:timers/promises';
import { battlesOf } from '../../domain/bradley-terry/battle.ts';
import type { Battle } from '../../domain/bradley-terry/battle.ts';
import { asChance, rank } from '../../domain/bradley-terry/ranking.ts';
import type { Scale, Standing } from '../../domain/bradley-terry/ranking.ts';
import { featuresOf, styleDifference, styleOf, TWICE } from '../../domain/bradley-terry/style.ts';
import type { Feature, Style, StyleCounts } from '../../domain/bradley-terry/style.ts';
import type { Figure } from '../../domain/cluster-bootstrap.ts';
import { messagesText } from '../../domain/message.ts';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as champions from '../db/champions.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Checkpoint } from '../db/checkpoints.ts';
import type { Executor } from '../db/client.ts';
import * as generationAnswers from '../db/generation-answers.ts';
import * as rankedPairs from '../db/ranked-pairs.ts';
import type { RankedPair } from '../db/ranked-pairs.ts';
import { allow } from './access.ts';

/** Answers whose texts are read at a time: the memory of a ranking with style held level. */
const BATCH = 500;

export type Named = { id: string; name: string };

/** A checkpoint in its place. */
export type RankedCheckpoint = Named & {
	kind: Checkpoint['kind'];
	isChampion: boolean;
	/** Log-odds of being preferred over the anchor. */
	strength: Figure;
	/** The same as a probability. */
	winsAgainstAnchor: Figure;
	/** Probability of being preferred over its parent; null where that is not on this scale. */
	winsAgainstParent: (Figure & { parent: Named }) | null;
	places: Standing['places'];
	judgments: number;
	/** What it got of them: a win 1, a tie ½. */
	points: number;
};

/** What a feature of style does: log-odds for all of it over none, and the probability that an answer with twice as much is preferred. */
export type StyleEffect = { feature: Feature; effect: Figure | null; twice: Figure | null };

/** Checkpoints that can be compared with each other, strongest first. */
export type RankingScale = { anchor: Named; checkpoints: RankedCheckpoint[]; style: StyleEffect[] } & Pick<Scale, 'annotators' | 'clusteredBy' | 'styleLeftOut'>;

/** The ranking of a project's checkpoints by people's judgments on test prompts (semantics 23). */
export type RankingView = {
	project: string;
	style: Style;
	/** What it is made of: judgments that count, of comparisons, on prompt groups, by people. */
	judgments: number;
	comparisons: number;
	groups: number;
	people: number;
	/** Judgments of checkpoints' answers on prompts that train or tune. */
	elsewhere: number;
	/** The base model's first. Between scales nothing can be said. */
	scales: RankingScale[];
	/** Checkpoints of which every judgment went one way. */
	oneWay: (Named & { judgments: number; points: number })[];
	/** Checkpoints whose answers nobody has compared on a test prompt yet. */
	notCompared: Named[];
};

/** Counts of style for every answer of these pairs. */
async function stylesOf(db: Executor, pairs: readonly RankedPair[]): Promise<Map<string, StyleCounts>> {
	const ids = [...new Set(pairs.flatMap(({ responseA, responseB }) => [responseA, responseB]))];
	const styles = new Map<string, StyleCounts>();
	for (let from = 0; from < ids.length; from += BATCH) {
		for (const [id, messages] of await generationAnswers.textsOf(db, ids.slice(from, from + BATCH))) styles.set(id, styleOf(messagesText(messages)));
	}
	return styles;
}

/** The battles that rank a project's checkpoints. */
export async function battlesOfProject(db: Executor, projectId: string, style: Style): Promise<{ battles: Battle[]; comparisons: number }> {
	const pairs = await rankedPairs.judged(db, projectId);
	const styles = style === 'none' ? new Map<string, StyleCounts>() : await stylesOf(db, pairs);
	const empty = styleOf('');
	const judged = pairs.map(({ responseA, responseB, ...pair }) => ({ ...pair, style: styleDifference(style, styles.get(responseA) ?? empty, styles.get(responseB) ?? empty) }));
	return { battles: battlesOf(judged), comparisons: pairs.length };
}

/** A figure for so much of what it is measured by. */
const scaled = (figure: Figure, by: number): Figure => ({ ...figure, value: figure.value === null ? null : figure.value * by, low: figure.low === null ? null : figure.low * by, high: figure.high === null ? null : figure.high * by });

/** Ranks a project's checkpoints by what people said of their answers on test prompts, with length or format held level if asked. Figures are the same for whoever looks: they hold no words. */
export async function readRanking(app: Pick<App, 'db'>, actor: Actor, { slug, style = 'none' }: { slug: string; style?: Style | undefined }): Promise<Result<RankingView>> {
	const { db } = app;
	const access = await allow(db, actor, { slug }, 'checkpoint.read');
	if (!access.ok) return access;
	const { project } = access.value;
	const [all, champion, { battles, comparisons }, elsewhere] = await Promise.all([checkpoints.list(db, project.id), champions.championOf(db, project.id), battlesOfProject(db, project.id, style), rankedPairs.judgedElsewhere(db, project.id)]);
	// A ranking of many judgments takes a second: those who judge get their next pair before it.
	await setImmediate();
	const byId = new Map(all.map((one) => [one.id, one]));
	const named = (id: string): Named => ({ id, name: byId.get(id)?.name ?? id });
	const { scales, oneWay } = rank(battles, { base: all.find(({ kind }) => kind === 'base')?.id ?? '', order: all.map(({ id }) => id) });
	const seen = new Set(battles.flatMap(({ a, b }) => [a, b]));

	const ranked = (scale: Scale, members: ReadonlySet<string>, { competitor: id, strength, wins, places, judgments, points }: Standing): RankedCheckpoint => {
		const parent = byId.get(id)?.parentId ?? null;
		const winsAgainstParent = parent !== null && members.has(parent) ? { ...asChance(scale.against(id, parent)), parent: named(parent) } : null;
		return { ...named(id), kind: byId.get(id)?.kind ?? 'adapter', isChampion: id === champion.id, strength, winsAgainstAnchor: wins, winsAgainstParent, places, judgments, points };
	};
	return ok({
		project: project.slug,
		style,
		judgments: battles.length,
		comparisons,
		groups: new Set(battles.map(({ group }) => group)).size,
		people: new Set(battles.map(({ judge }) => judge)).size,
		elsewhere,
		scales: scales.map((scale) => {
			const members = new Set(scale.standings.map(({ competitor }) => competitor));
			return {
				anchor: named(scale.anchor),
				checkpoints: scale.standings.map((standing) => ranked(scale, members, standing)),
				style: featuresOf(style).map((feature, index) => {
					const effect = scale.effects[index] ?? null;
					return { feature, effect, twice: effect && asChance(scaled(effect, TWICE)) };
				}),
				annotators: scale.annotators,
				clusteredBy: scale.clusteredBy,
				styleLeftOut: scale.styleLeftOut
			};
		}),
		oneWay: oneWay.map(({ competitor, ...rest }) => ({ ...named(competitor), ...rest })),
		notCompared: all.filter(({ id }) => !seen.has(id)).map(({ id, name }) => ({ id, name }))
	});
}
