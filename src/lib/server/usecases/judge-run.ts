import { contentHash } from '../../domain/canonical-json.ts';
import type { Message } from '../../domain/message.ts';
import { holdsImage } from '../../domain/message.ts';
import { units } from '../../domain/suite/answer-text.ts';
import { calibrate } from '../../domain/suite/calibrate-judge.ts';
import { isRubric } from '../../domain/suite/check.ts';
import type { JudgeSettings } from '../../domain/suite/check.ts';
import { judgedAgainst } from '../../domain/suite/judge-measures.ts';
import type { PairSaid } from '../../domain/suite/judge-measures.ts';
import { bothOrders, JUDGE_SAMPLING, PAIR_TEMPLATE, pairQuestion, RUBRIC_TEMPLATE, rubricQuestion } from '../../domain/suite/judge-question.ts';
import type { JudgeQuestion, JudgeVerdict } from '../../domain/suite/judge-question.ts';
import type { Calibration, JudgeResults } from '../../domain/suite/judge-results.ts';
import { AGAINST } from '../../domain/suite/measures.ts';
import type { Against } from '../../domain/suite/measures.ts';
import type { App } from '../app.ts';
import * as endpoints from '../db/endpoints.ts';
import * as generationAnswers from '../db/generation-answers.ts';
import * as judgeAnswers from '../db/judge-answers.ts';
import type { DevComparison } from '../db/judge-answers.ts';
import type { RunAnswer } from '../db/suite-runs.ts';
import { givingWay } from '../give-way.ts';
import { outgoingOf } from './check-outgoing.ts';
import type { Outgoing } from './check-outgoing.ts';
import type { AnsweredRun, JudgeSaid } from './finish-suite-run.ts';

/** A question that a model judge is to be asked, under the hash of all of it. `stays`: it holds what must not leave the house. */
export type Asking = { key: string; promptId: string; endpointId: string; kind: 'pair' | 'rubric'; question: JudgeQuestion; stays: boolean };

/** Two answers as a judge sees them: both ways round, or not at all where they are equal. */
type AskedPair = { straight: Asking; turned: Asking } | null;

/** Everything that judges are to be asked for a run, and what reads their answers. */
export type JudgePlan = {
	askings: Asking[];
	rubrics: Map<string, Asking>;
	pairs: { against: Against; own: RunAnswer; other: RunAnswer; asked: AskedPair }[];
	dev: { comparison: DevComparison; asked: AskedPair }[];
};

/** Comparisons on dev prompts that a judge is calibrated on, at most. */
const CALIBRATED_ON = 200;

const rubricAt = (answer: Pick<RunAnswer, 'responseId'>, place: number): string => `${answer.responseId}/${place}`;

/** The question under its key. What the project hides is hidden before it is hashed: a change of what is hidden is another question. */
function asking(of: Omit<Asking, 'key' | 'stays'>, template: string, messages: readonly Message[]): Asking {
	const { question, endpointId } = of;
	const stays = holdsImage(messages) || messages.some(({ content }) => typeof content !== 'string' && content.some(({ type }) => type === 'document'));
	return { ...of, stays, key: contentHash({ endpoint: endpointId, template, sampling: JUDGE_SAMPLING, question }) };
}

function askPair(judge: JudgeSettings, hide: Outgoing, of: { promptId: string; messages: Message[]; a: string; b: string }): AskedPair {
	if (of.a === of.b) return null;
	const answer = (content: string): Message[] => [{ role: 'assistant', content }];
	const [messages = [], a, b] = hide([of.messages, answer(of.a), answer(of.b)]).conversations;
	const text = (turns: Message[] | undefined): string => String(turns?.[0]?.content ?? '');
	const put = (first: string, second: string) => asking({ promptId: of.promptId, endpointId: judge.endpointId, kind: 'pair', question: pairQuestion(judge.instruction, messages, first, second) }, PAIR_TEMPLATE, of.messages);
	return { straight: put(text(a), text(b)), turned: put(text(b), text(a)) };
}

/**
 * What judges are to be asked for a run: each rubric of each answer; the
 * checkpoint's first answer to each prompt beside every other model's, both ways
 * round; and the same of comparisons on dev prompts that people judged. Null
 * where the suite asks no model, or (`unreadable`) what the project hides cannot be read here.
 */
export async function planJudging(app: Pick<App, 'db' | 'secrets'>, { run, suite, answers, places }: AnsweredRun): Promise<JudgePlan | 'unreadable' | null> {
	const { checks, judge } = suite.definition;
	if (!judge && !checks.some(isRubric)) return null;
	const outgoing = await outgoingOf(app, run.projectId);
	if (!outgoing.ok) return 'unreadable';
	const hide = outgoing.value;
	const prompts = await generationAnswers.messagesOf(app.db, [...new Set(answers.map(({ promptId }) => promptId))]);
	const giveWay = givingWay();
	const rubrics = new Map<string, Asking>();
	for (const [place, check] of checks.entries()) {
		if (!isRubric(check)) continue;
		for (const answer of answers) {
			await giveWay();
			const asked = prompts.get(answer.promptId) ?? [];
			const [messages = [], said] = hide([asked, [{ role: 'assistant', content: answer.text }]]).conversations;
			rubrics.set(rubricAt(answer, place), asking({ promptId: answer.promptId, endpointId: check.endpointId, kind: 'rubric', question: rubricQuestion(check.question, messages, String(said?.[0]?.content ?? '')) }, RUBRIC_TEMPLATE, asked));
		}
	}
	const pairs: JudgePlan['pairs'] = [];
	const dev: JudgePlan['dev'] = [];
	if (judge) {
		const first = new Map(answers.filter(({ sample }) => sample === 0).map((answer) => [`${answer.source}/${answer.promptId}`, answer]));
		for (const against of AGAINST) {
			if (places[against] === null || places[against] === places.checkpoint) continue;
			for (const [promptId, messages] of prompts) {
				await giveWay();
				const [own, other] = [first.get(`${places.checkpoint}/${promptId}`), first.get(`${places[against]}/${promptId}`)];
				if (own && other) pairs.push({ against, own, other, asked: askPair(judge, hide, { promptId, messages, a: own.text, b: other.text }) });
			}
		}
		for (const comparison of await judgeAnswers.devComparisons(app.db, run.projectId, CALIBRATED_ON)) dev.push({ comparison, asked: askPair(judge, hide, comparison) });
	}
	const askings = [...rubrics.values(), ...[...pairs, ...dev].flatMap(({ asked }) => (asked ? [asked.straight, asked.turned] : []))];
	return { askings: [...new Map(askings.map((one) => [one.key, one])).values()], rubrics, pairs, dev };
}

/** Keeps what a judge said to a question, or why it said nothing. */
export async function keepSaid(app: Pick<App, 'db'>, projectId: string, { key, promptId, endpointId }: Asking, said: { verdict: JudgeVerdict; reason: string } | { missed: string }): Promise<void> {
	await app.db.transaction((tx) => judgeAnswers.put(tx, { projectId, key, promptId, endpointId, ...said }));
}

/** Questions of a plan that have no verdict yet. */
export async function unasked(app: Pick<App, 'db'>, projectId: string, { askings }: Pick<JudgePlan, 'askings'>): Promise<Asking[]> {
	const known = await judgeAnswers.verdicts(app.db, projectId, askings.map(({ key }) => key));
	return askings.filter(({ key }) => !known.has(key));
}

const ofOrder = (verdicts: ReadonlyMap<string, JudgeVerdict>, asked: AskedPair) => ({ identical: asked === null, straight: asked ? (verdicts.get(asked.straight.key) ?? null) : null, turned: asked ? (verdicts.get(asked.turned.key) ?? null) : null });

function calibration(plan: JudgePlan, verdicts: ReadonlyMap<string, JudgeVerdict>, seed: string): Calibration | null {
	if (plan.dev.length === 0) return null;
	const judged = plan.dev.map(({ comparison, asked }) => {
		const { identical, straight, turned } = ofOrder(verdicts, asked);
		return { group: comparison.group, votes: comparison.votes, judge: identical ? ('tie' as const) : (bothOrders(straight, turned)?.verdict ?? null) };
	});
	return calibrate(judged, { seed });
}

/** Reads what judges said for a run; what they did not say is counted by its reason. */
export async function readJudging(app: Pick<App, 'db'>, { run, suite }: AnsweredRun, plan: JudgePlan): Promise<JudgeSaid> {
	const keys = plan.askings.map(({ key }) => key);
	const verdicts = await judgeAnswers.verdicts(app.db, run.projectId, keys);
	const noted = await judgeAnswers.missedByCode(app.db, run.projectId, keys);
	// What no attempt came to is missing as well.
	const left = keys.length - verdicts.size - noted.reduce((sum, { n }) => sum + n, 0);
	const missed = left > 0 ? [...noted, { code: 'not_asked', n: left }] : noted;
	const rubric: JudgeSaid['rubric'] = (answer, place) => {
		const asked = plan.rubrics.get(rubricAt(answer, place));
		const verdict = asked ? verdicts.get(asked.key) : undefined;
		const check = suite.definition.checks[place];
		return verdict === undefined || check?.kind !== 'rubric' ? null : (verdict === 'yes') === check.wanted;
	};
	const { judge } = suite.definition;
	if (!judge) return { rubric, judge: null, missed };
	const said = (against: Against): PairSaid[] => plan.pairs.filter((pair) => pair.against === against).map(({ own, other, asked }) => ({ group: own.group, longer: units(own.text).length - units(other.text).length, ...ofOrder(verdicts, asked) }));
	const compared = calibration(plan, verdicts, run.seed);
	const against = Object.fromEntries(AGAINST.map((one) => [one, said(one)] as const).map(([one, pairs]) => [one, pairs.length > 0 ? judgedAgainst(pairs, { seed: run.seed }) : null])) as JudgeResults['against'];
	return { rubric, missed, judge: { endpoint: (await endpoints.get(app.db, judge.endpointId))?.name ?? '', template: PAIR_TEMPLATE, against, calibration: compared, counts: compared?.verdict === 'level' } };
}
