import * as v from 'valibot';
import { RuleNameSchema } from './snapshot-request.ts';
import { planSize, SweepPlanSchema } from './sweep-plan.ts';

const hour = v.pipe(v.number(), v.integer('a whole hour'), v.minValue(0, 'from 0 to 23'), v.maxValue(23, 'from 0 to 23'));

/** Whether a name is one that this runtime knows as a time zone. */
function isTimeZone(name: string): boolean {
	try {
		new Intl.DateTimeFormat('en', { timeZone: name });
		return true;
	} catch {
		return false;
	}
}

/** What a project lets happen by itself once people have judged enough: a snapshot is frozen and trained on; evaluation, answers and the next round follow as after any run. */
export const AutomationSchema = v.strictObject({
	enabled: v.boolean(),
	/** So many comparisons of the round are judged whole. */
	minComplete: v.pipe(v.number(), v.integer('a whole number'), v.minValue(1, 'at least 1'), v.maxValue(1_000_000, 'at most 1000000')),
	/** Nominal α of the round's judgments is at least this; null: whatever it is. */
	minAgreement: v.nullable(v.pipe(v.number(), v.finite(), v.minValue(-1, 'from -1 to 1'), v.maxValue(1, 'from -1 to 1'))),
	/** Nothing begins before this hour of this day (0 Sunday; null: any day); null: at any time. */
	schedule: v.nullable(v.strictObject({ weekday: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0, 'from 0, Sunday, to 6'), v.maxValue(6, 'from 0, Sunday, to 6'))), hour })),
	/** Nothing begins from this hour until that one, over midnight where the second is smaller; null: at any time. */
	quiet: v.nullable(v.pipe(v.strictObject({ from: hour, to: hour }), v.check(({ from, to }) => from !== to, 'two different hours'))),
	/** Whose clock schedule and quiet hours mean. */
	timeZone: v.pipe(v.string(), v.check(isTimeZone, 'a time zone such as Europe/Berlin, Asia/Shanghai or UTC')),
	/** The budget: so many runs are begun in seven days at most. */
	maxRunsPerWeek: v.pipe(v.number(), v.integer('a whole number'), v.minValue(1, 'from 1 to 50'), v.maxValue(50, 'from 1 to 50')),
	/** Somebody who may start runs says yes before each. */
	approval: v.boolean(),
	/** A saved rule of the project, in its newest version. */
	rule: RuleNameSchema,
	/** Settings of the run that differ from what is proposed. */
	recipe: v.record(v.string(), v.unknown()),
	/** Settings that are tried before, on tuning questions: the run then has the best of them. Null: none are. */
	sweep: v.optional(v.nullable(SweepPlanSchema), null)
});
export type Automation = v.InferOutput<typeof AutomationSchema>;

/** What the record says when it is asked whether something begins. */
export type AutomationFacts = {
	/** ISO 8601, as all times here. */
	now: string;
	/** How often the settings were set: what was done or said under another version was not about these. No clock tells that, as two instants may be the same. */
	version: number;
	/** The round is still being judged: nothing was trained on it yet. */
	collecting: boolean;
	/** Comparisons of the round that are judged whole, or decided by a reviewer where nobody was left to judge. */
	complete: number;
	/** So many more comparisons of the round may still be judged whole, counted up to `minComplete`; null: not asked, as nothing hangs on it. */
	left: number | null;
	/** Of the round's judgments; null: too few to say. Undefined: not asked yet. */
	agreement?: number | null;
	/** Runs that this began in the last seven days, points of sweeps among them. */
	runsThisWeek: number;
	/** What was tried in this round and can still be followed by a run; `over`: nothing of it trains or is scored any more. Null: nothing was. */
	sweep: { over: boolean } | null;
	/** What last began in this round, was refused, or a person said no to, under which settings, and with how many complete comparisons. */
	last: { version: number; complete: number; outcome: 'begun' | 'refused' | 'declined' } | null;
	/** About which settings a person was last asked in this round, and to which they said yes, since something last began, was refused or was said no to. */
	askedFor: number | null;
	approvedFor: number | null;
};

/** Why nothing begins now. */
export type Holding =
	| { code: 'disabled' | 'not_collecting' | 'budget' | 'quiet' | 'not_yet' | 'waits_for_approval' | 'agreement_unknown' | 'sweeping' }
	| { code: 'not_enough'; have: number; need: number }
	| { code: 'agreement_low'; have: number; need: number }
	/** A person said no; asked again, on the same facts, they would say it again. Null: the round has nothing more to judge, so only new settings, or comparisons that are added, are other facts. */
	| { code: 'declined'; have: number; need: number | null }
	/** What was refused would be refused again. */
	| { code: 'nothing_new'; complete: number };

/** What happens now: nothing, a look at the agreement (which costs), a question to a person, a beginning, or a run with the best of what was tried. `because` says why. */
export type AutomationStep = { do: 'nothing'; because: Holding } | { do: 'measure' } | { do: 'ask'; because: Because } | { do: 'begin'; because: Because } | { do: 'train_best'; because: Because };

/** What the record said when something was done. */
type Because = { complete: number; agreement: number | null };

/** Hour and day of the week of an instant in a time zone. */
function localTime(now: string, timeZone: string): { hour: number; weekday: number } {
	const parts = new Intl.DateTimeFormat('en-US', { timeZone, hour: '2-digit', hourCycle: 'h23', weekday: 'short' }).formatToParts(new Date(now));
	const of = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
	return { hour: Number(of('hour')), weekday: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(of('weekday')) };
}

const within = (hour: number, { from, to }: { from: number; to: number }): boolean => (from < to ? hour >= from && hour < to : hour >= from || hour < to);

const nothing = (because: Holding): AutomationStep => ({ do: 'nothing', because });

/** Runs that one beginning comes to: one, or the points of a sweep and the one with the best settings. */
export const runsOfBeginning = ({ sweep }: Pick<Automation, 'sweep'>): number => (sweep ? planSize(sweep) + 1 : 1);

/**
 * What an automation does now. The cheap questions come first, so that agreement
 * is measured only where all else is there; a person is asked last, when it could
 * begin at once.
 */
export function automationStep(settings: Automation, facts: AutomationFacts): AutomationStep {
	if (!settings.enabled) return nothing({ code: 'disabled' });
	if (!facts.collecting) return nothing({ code: 'not_collecting' });
	const quiet = settings.quiet !== null && within(localTime(facts.now, settings.timeZone).hour, settings.quiet);
	const { last } = facts;
	if (facts.sweep && !facts.sweep.over) return nothing({ code: 'sweeping' });
	if (!facts.sweep && facts.complete < settings.minComplete) return nothing({ code: 'not_enough', have: facts.complete, need: settings.minComplete });
	// What was refused, or said no to, is tried again when somebody has set it anew, or as many comparisons were judged once more.
	const ended = last !== null && last.outcome !== 'begun' ? last : null;
	const need = ended && anewAt(ended.complete, settings, facts);
	if (ended && ended.version === facts.version && (need === null || facts.complete < need)) return nothing(ended.outcome === 'declined' ? { code: 'declined', have: facts.complete, need } : { code: 'nothing_new', complete: ended.complete });
	// What was begun goes on: its run was reckoned with when its sweep began, and whoever said yes meant both, unless it was refused since.
	if (facts.sweep) return quiet ? nothing({ code: 'quiet' }) : ((ended ? unapproved(settings, facts, null) : null) ?? { do: 'train_best', because: { complete: facts.complete, agreement: null } });
	if (facts.runsThisWeek + runsOfBeginning(settings) > settings.maxRunsPerWeek) return nothing({ code: 'budget' });
	const { hour: at, weekday } = localTime(facts.now, settings.timeZone);
	if (settings.schedule && ((settings.schedule.weekday !== null && settings.schedule.weekday !== weekday) || at < settings.schedule.hour)) return nothing({ code: 'not_yet' });
	if (quiet) return nothing({ code: 'quiet' });
	if (settings.minAgreement !== null) {
		if (facts.agreement === undefined) return { do: 'measure' };
		if (facts.agreement === null) return nothing({ code: 'agreement_unknown' });
		if (facts.agreement < settings.minAgreement) return nothing({ code: 'agreement_low', have: facts.agreement, need: settings.minAgreement });
	}
	const agreement = facts.agreement ?? null;
	return unapproved(settings, facts, agreement) ?? { do: 'begin', because: { complete: facts.complete, agreement } };
}

/** At how many complete comparisons the facts are others than at so many: with as many once more as are waited for, or else with all that the round has; null: it has no more. */
function anewAt(before: number, { minComplete }: Automation, { complete, left }: AutomationFacts): number | null {
	const all = left === null ? Infinity : complete + left;
	return before < all ? Math.min(before + minComplete, all) : null;
}

/** What is done instead where a person must say yes first and has not; null where nobody must, or somebody has. */
function unapproved({ approval }: Automation, facts: AutomationFacts, agreement: number | null): AutomationStep | null {
	if (!approval) return null;
	const stands = approvalOf(facts);
	if (stands === 'given') return null;
	return stands === 'none' ? { do: 'ask', because: { complete: facts.complete, agreement } } : nothing({ code: 'waits_for_approval' });
}

/** Where an approval stands: of these settings, and for the next beginning. What was asked or approved before something was set anew, begun, refused or declined is not it. */
export function approvalOf({ version, askedFor, approvedFor }: Pick<AutomationFacts, 'version' | 'askedFor' | 'approvedFor'>): 'none' | 'asked' | 'given' {
	if (approvedFor === version) return 'given';
	return askedFor === version ? 'asked' : 'none';
}
