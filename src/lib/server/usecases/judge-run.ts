import { contentHash } from '../../domain/canonical-json.ts';
import type { Message } from '../../domain/message.ts';
import { holdsImage } from '../../domain/message.ts';
import { units } from '../../domain/suite/answer-text.ts';
import { calibrate } from '../../domain/suite/calibrate-judge.ts';
import { isReward, isRubric } from '../../domain/suite/check.ts';
import type { EndpointJudge, JudgeSettings } from '../../domain/suite/check.ts';
import { judgedAgainst } from '../../domain/suite/judge-measures.ts';
import type { PairSaid } from '../../domain/suite/judge-measures.ts';
import { bothOrders, JUDGE_SAMPLING, PAIR_TEMPLATE, pairQuestion, REWARD_TEMPLATE, RUBRIC_TEMPLATE, rubricQuestion, turnedRound } from '../../domain/suite/judge-question.ts';
import type { JudgeQuestion, JudgeVerdict } from '../../domain/suite/judge-question.ts';
import type { Calibration, JudgeResults } from '../../domain/suite/judge-results.ts';
import { AGAINST } from '../../domain/suite/measures.ts';
import type { Against } from '../../domain/suite/measures.ts';
import type { App } from '../app.ts';
import * as checkpoints from '../db/checkpoints.ts';
import * as endpoints from '../db/endpoints.ts';
import * as generationAnswers from '../db/generation-answers.ts';
import * as judgeAnswers from '../db/judge-answers.ts';
import type { AskedOf, DevComparison } from '../db/judge-answers.ts';
import type { RunAnswer } from '../db/suite-runs.ts';
import { givingWay } from '../give-way.ts';
import { outgoingOf } from './check-outgoing.ts';
import type { Outgoing } from './check-outgoing.ts';
import type { AnsweredRun, JudgeSaid } from './finish-suite-run.ts';
import { rewardAsking, rewardJudge } from './reward-asking.ts';
import type { PairToJudge, RewardAsking } from './reward-asking.ts';

/** A question that a model elsewhere is to be asked, under the hash of all of it. `stays`: it holds what must not leave the house. */
export type EndpointAsking = { key: string; promptId: string; endpointId: string; kind: 'pair' | 'rubric'; question: JudgeQuestion; stays: boolean };

/** What a judge is to be asked. */
export type Asking = EndpointAsking | RewardAsking;

/** Two answers as a judge sees them: both ways round, once where it knows no order (`turned` null), or not at all where they are equal. */
type AskedPair = { straight: Asking; turned: Asking | null } | null;

type AskPair = (of: PairToJudge) => AskedPair;

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
function asking(of: Omit<EndpointAsking, 'key' | 'stays'>, template: string, messages: readonly Message[]): EndpointAsking {
	const { question, endpointId } = of;
	const stays = holdsImage(messages) || messages.some(({ content }) => typeof content !== 'string' && content.some(({ type }) => type === 'document'));
	return { ...of, stays, key: contentHash({ endpoint: endpointId, template, sampling: JUDGE_SAMPLING, question }) };
}

function askEndpoint(judge: EndpointJudge, hide: Outgoing, of: PairToJudge): AskedPair {
	const answer = (content: string): Message[] => [{ role: 'assistant', content }];
	const [messages = [], a, b] = hide([of.messages, answer(of.a), answer(of.b)]).conversations;
	const text = (turns: Message[] | undefined): string => String(turns?.[0]?.content ?? '');
	const put = (first: string, second: string) => asking({ promptId: of.promptId, endpointId: judge.endpointId, kind: 'pair', question: pairQuestion(judge.instruction, messages, first, second) }, PAIR_TEMPLATE, of.messages);
	return { straight: put(text(a), text(b)), turned: put(text(b), text(a)) };
}

/** How a pair is put to a judge; for a reward model everything that it would be asked about must be known before. */
async function pairAsker(app: Pick<App, 'db'>, projectId: string, { judge, hide }: { judge: JudgeSettings; hide: Outgoing | null }, prompts: readonly { promptId: string; messages: Message[] }[]): Promise<AskPair> {
	const unlessEqual = (ask: (of: PairToJudge) => AskedPair): AskPair => (of) => (of.a === of.b ? null : ask(of));
	if (isReward(judge)) {
		const by = await rewardJudge(app.db, { projectId, checkpointId: judge.checkpointId }, prompts);
		return unlessEqual((of) => ({ straight: rewardAsking(by, of), turned: null }));
	}
	if (!hide) throw new Error('what leaves was not looked through');
	return unlessEqual((of) => askEndpoint(judge, hide, of));
}

/** The pairs of a run that a judge is to compare, and those that it is calibrated on. */
async function planPairs(app: Pick<App, 'db'>, { run, answers, places }: Pick<AnsweredRun, 'run' | 'answers' | 'places'>, of: { judge: JudgeSettings; hide: Outgoing | null; prompts: ReadonlyMap<string, Message[]> }): Promise<Pick<JudgePlan, 'pairs' | 'dev'>> {
	const judged = await judgeAnswers.devComparisons(app.db, run.projectId, CALIBRATED_ON);
	const ask = await pairAsker(app, run.projectId, of, [...[...of.prompts].map(([promptId, messages]) => ({ promptId, messages })), ...judged]);
	const giveWay = givingWay();
	const pairs: JudgePlan['pairs'] = [];
	const first = new Map(answers.filter(({ sample }) => sample === 0).map((answer) => [`${answer.source}/${answer.promptId}`, answer]));
	for (const against of AGAINST) {
		if (places[against] === null || places[against] === places.checkpoint) continue;
		for (const [promptId, messages] of of.prompts) {
			await giveWay();
			const [own, other] = [first.get(`${places.checkpoint}/${promptId}`), first.get(`${places[against]}/${promptId}`)];
			if (own && other) pairs.push({ against, own, other, asked: ask({ promptId, messages, a: own.text, b: other.text }) });
		}
	}
	const dev: JudgePlan['dev'] = [];
	for (const comparison of judged) {
		await giveWay();
		const asked = ask(comparison);
		// With what a reward model learned from it agrees as it was taught to.
		if (!(asked && 'pair' in asked.straight && asked.straight.notScored === 'judge_learned')) dev.push({ comparison, asked });
	}
	return { pairs, dev };
}

/**
 * What judges are to be asked for a run: each rubric of each answer; the
 * checkpoint's first answer to each prompt beside every other model's, both ways
 * round or, by a reward model, once; and the same of comparisons on dev prompts
 * that people judged. Null where the suite asks no model, or (`unreadable`) what
 * the project hides cannot be read here and would leave.
 */
export async function planJudging(app: Pick<App, 'db' | 'secrets'>, { run, suite, answers, places }: AnsweredRun): Promise<JudgePlan | 'unreadable' | null> {
	const { checks, judge } = suite.definition;
	if (!judge && !checks.some(isRubric)) return null;
	const outside = checks.some(isRubric) || (judge !== null && !isReward(judge));
	const outgoing = outside ? await outgoingOf(app, run.projectId) : null;
	if (outgoing && !outgoing.ok) return 'unreadable';
	const hide: Outgoing | null = outgoing?.value ?? null;
	const prompts = await generationAnswers.messagesOf(app.db, [...new Set(answers.map(({ promptId }) => promptId))]);
	const giveWay = givingWay();
	const rubrics = new Map<string, Asking>();
	for (const [place, check] of checks.entries()) {
		if (!isRubric(check) || !hide) continue;
		for (const answer of answers) {
			await giveWay();
			const asked = prompts.get(answer.promptId) ?? [];
			const [messages = [], said] = hide([asked, [{ role: 'assistant', content: answer.text }]]).conversations;
			rubrics.set(rubricAt(answer, place), asking({ promptId: answer.promptId, endpointId: check.endpointId, kind: 'rubric', question: rubricQuestion(check.question, messages, String(said?.[0]?.content ?? '')) }, RUBRIC_TEMPLATE, asked));
		}
	}
	const { pairs, dev } = judge ? await planPairs(app, { run, answers, places }, { judge, hide, prompts }) : { pairs: [], dev: [] };
	const askings = [...rubrics.values(), ...[...pairs, ...dev].flatMap(({ asked }) => (asked ? [asked.straight, ...(asked.turned ? [asked.turned] : [])] : []))];
	return { askings: [...new Map(askings.map((one) => [one.key, one])).values()], rubrics, pairs, dev };
}

/** Keeps what a judge said to a question, or why it said nothing. */
export async function keepSaid(app: Pick<App, 'db'>, projectId: string, asking: Asking, said: { verdict: JudgeVerdict; reason: string } | { missed: string }): Promise<void> {
	const { key, promptId } = asking;
	const by: AskedOf = 'endpointId' in asking ? { endpointId: asking.endpointId } : { checkpointId: asking.checkpointId };
	await app.db.transaction((tx) => judgeAnswers.put(tx, { projectId, key, promptId, ...by, ...said }));
}

/** Questions of a plan that have no verdict yet. */
export async function unasked(app: Pick<App, 'db'>, projectId: string, { askings }: Pick<JudgePlan, 'askings'>): Promise<Asking[]> {
	const known = await judgeAnswers.verdicts(app.db, projectId, askings.map(({ key }) => key));
	return askings.filter(({ key }) => !known.has(key));
}

function ofOrder(verdicts: ReadonlyMap<string, JudgeVerdict>, asked: AskedPair): Pick<PairSaid, 'identical' | 'straight' | 'turned'> {
	if (!asked) return { identical: true, straight: null, turned: null };
	const straight = verdicts.get(asked.straight.key) ?? null;
	return { identical: false, straight, turned: asked.turned ? (verdicts.get(asked.turned.key) ?? null) : straight && turnedRound(straight) };
}

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
	const by = isReward(judge) ? await checkpoints.get(app.db, judge.checkpointId) : await endpoints.get(app.db, judge.endpointId);
	return { rubric, missed, judge: { endpoint: by?.name ?? '', template: isReward(judge) ? REWARD_TEMPLATE : PAIR_TEMPLATE, against, calibration: compared, counts: compared?.verdict === 'level' } };
}
