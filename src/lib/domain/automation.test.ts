import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { approvalOf, AutomationSchema, automationStep } from './automation.ts';
import type { Automation, AutomationFacts } from './automation.ts';

const settings: Automation = { enabled: true, minComplete: 50, minAgreement: null, schedule: null, quiet: null, timeZone: 'UTC', maxRunsPerWeek: 2, approval: false, rule: 'As agreed', recipe: {}, sweep: null };
/** A Sunday. */
const facts: AutomationFacts = { now: '2026-11-29T10:30:00Z', version: 1, collecting: true, complete: 50, left: null, runsThisWeek: 0, sweep: null, last: null, askedFor: null, approvedFor: null };
const step = (of: Partial<Automation> = {}, at: Partial<AutomationFacts> = {}) => automationStep({ ...settings, ...of }, { ...facts, ...at });
const held = (of: Partial<Automation> = {}, at: Partial<AutomationFacts> = {}) => {
	const found = step(of, at);
	return found.do === 'nothing' ? found.because.code : found.do;
};

describe('something begins', () => {
	it('when enough is judged, and says why', () => {
		expect(step()).toEqual({ do: 'begin', because: { complete: 50, agreement: null } });
		expect(step({}, { complete: 49 })).toEqual({ do: 'nothing', because: { code: 'not_enough', have: 49, need: 50 } });
		expect(held({ enabled: false })).toBe('disabled');
		expect(held({}, { collecting: false })).toBe('not_collecting');
	});

	it('when those who judged agree; that is measured last', () => {
		expect(held({ minAgreement: 0.4 })).toBe('measure');
		expect(held({ minAgreement: 0.4 }, { complete: 3 })).toBe('not_enough');
		expect(held({ minAgreement: 0.4 }, { agreement: null })).toBe('agreement_unknown');
		expect(step({ minAgreement: 0.4 }, { agreement: 0.39 })).toEqual({ do: 'nothing', because: { code: 'agreement_low', have: 0.39, need: 0.4 } });
		expect(step({ minAgreement: 0.4 }, { agreement: 0.4 })).toEqual({ do: 'begin', because: { complete: 50, agreement: 0.4 } });
	});

	it('within the budget, and not again where it was refused and nothing changed', () => {
		expect(held({}, { runsThisWeek: 2 })).toBe('budget');
		expect(held({}, { last: { version: 1, complete: 50, outcome: 'refused' } })).toBe('nothing_new');
		expect(held({}, { complete: 99, last: { version: 1, complete: 50, outcome: 'refused' } })).toBe('nothing_new');
		expect(held({}, { complete: 100, last: { version: 1, complete: 50, outcome: 'refused' } })).toBe('begin');
		expect(held({}, { version: 2, last: { version: 1, complete: 50, outcome: 'refused' } })).toBe('begin');
	});

	it('on the day and from the hour that the project says, in its own time zone', () => {
		expect(held({ schedule: { weekday: 0, hour: 10 } })).toBe('begin');
		expect(held({ schedule: { weekday: 0, hour: 11 } })).toBe('not_yet');
		expect(held({ schedule: { weekday: 1, hour: 0 } })).toBe('not_yet');
		expect(held({ schedule: { weekday: null, hour: 10 } })).toBe('begin');
		// 18:30 in Shanghai, and Sunday still.
		expect(held({ schedule: { weekday: 0, hour: 18 }, timeZone: 'Asia/Shanghai' })).toBe('begin');
		expect(held({ schedule: { weekday: 0, hour: 19 }, timeZone: 'Asia/Shanghai' })).toBe('not_yet');
	});

	it('outside quiet hours, also over midnight', () => {
		expect(held({ quiet: { from: 9, to: 17 } })).toBe('quiet');
		expect(held({ quiet: { from: 11, to: 17 } })).toBe('begin');
		expect(held({ quiet: { from: 22, to: 6 } }, { now: '2026-11-29T23:00:00Z' })).toBe('quiet');
		expect(held({ quiet: { from: 22, to: 6 } }, { now: '2026-11-29T05:59:00Z' })).toBe('quiet');
		expect(held({ quiet: { from: 22, to: 6 } }, { now: '2026-11-29T06:00:00Z' })).toBe('begin');
	});

	it('after a person said yes, who is asked once', () => {
		expect(step({ approval: true })).toEqual({ do: 'ask', because: { complete: 50, agreement: null } });
		expect(held({ approval: true }, { askedFor: 1 })).toBe('waits_for_approval');
		expect(held({ approval: true }, { askedFor: 1, approvedFor: 1 })).toBe('begin');
	});

	it('and anew where what they said yes to was set otherwise, or was refused', () => {
		const yes = { askedFor: 1, approvedFor: 1 };
		expect(held({ approval: true }, yes)).toBe('begin');
		expect(held({ approval: true }, { ...yes, version: 2 })).toBe('ask');
		expect(held({ approval: true }, { complete: 100, last: { version: 1, complete: 50, outcome: 'refused' } })).toBe('ask');
		expect(held({ approval: true }, { version: 2, askedFor: 2, approvedFor: 1 })).toBe('waits_for_approval');
	});
});

describe('a person who says no', () => {
	const no = { last: { version: 1, complete: 50, outcome: 'declined' as const } };

	it('is not asked the same again on the same facts', () => {
		expect(step({ approval: true }, no)).toEqual({ do: 'nothing', because: { code: 'declined', have: 50, need: 100 } });
		expect(held({ approval: true }, { ...no, complete: 99 })).toBe('declined');
		expect(held({ approval: true }, { ...no, complete: 100 })).toBe('ask');
		expect(held({ approval: true }, { ...no, version: 2 })).toBe('ask');
		// Nor is it begun without them, whoever had said yes before.
		expect(held({ approval: true }, { ...no, askedFor: 1, approvedFor: 1 })).toBe('declined');
	});

	it('is asked with all that the round has where that is less than as much once more, and not again with nothing more', () => {
		expect(step({ approval: true }, { ...no, left: 30 })).toEqual({ do: 'nothing', because: { code: 'declined', have: 50, need: 80 } });
		expect(held({ approval: true }, { ...no, complete: 79, left: 1 })).toBe('declined');
		expect(held({ approval: true }, { ...no, complete: 80, left: 0 })).toBe('ask');
		expect(step({ approval: true }, { ...no, left: 0 })).toEqual({ do: 'nothing', because: { code: 'declined', have: 50, need: null } });
		expect(held({ approval: true }, { ...no, left: 0, version: 2 })).toBe('ask');
		// Comparisons that are added are something to wait for again.
		expect(step({ approval: true }, { ...no, left: 500 })).toEqual({ do: 'nothing', because: { code: 'declined', have: 50, need: 100 } });
	});

	it('may be asked anew, and may say yes then', () => {
		const anew = { ...no, complete: 100, askedFor: 1 };
		expect(held({ approval: true }, anew)).toBe('waits_for_approval');
		expect(held({ approval: true }, { ...anew, approvedFor: 1 })).toBe('begin');
	});

	it('to what follows a sweep keeps what was tried', () => {
		const tried = { ...no, sweep: { over: true }, runsThisWeek: 4 };
		const settings = { approval: true, maxRunsPerWeek: 5, sweep: { method: 'grid' as const, settings: { beta: [0.05, 0.1] } } };
		expect(held(settings, tried)).toBe('declined');
		expect(held(settings, { ...tried, version: 2 })).toBe('ask');
		expect(held(settings, { ...tried, complete: 100, askedFor: 1, approvedFor: 1 })).toBe('train_best');
	});
});

describe('a sweep', () => {
	const sweep: Automation['sweep'] = { method: 'grid', settings: { beta: [0.05, 0.1], loraRank: [8, 16] } };

	it('begins where the budget holds its points and the run that follows', () => {
		expect(held({ sweep, maxRunsPerWeek: 4 })).toBe('budget');
		expect(held({ sweep, maxRunsPerWeek: 5 })).toBe('begin');
		expect(held({ sweep, maxRunsPerWeek: 5 }, { runsThisWeek: 1 })).toBe('budget');
		expect(held({ sweep: { method: 'random', settings: { beta: { from: 0.05, to: 0.1 } }, count: 4, seed: 1 }, maxRunsPerWeek: 4 })).toBe('budget');
	});

	it('is followed by a run with its best settings, outside quiet hours, with no other question asked', () => {
		const trying = { ...facts, sweep: { over: false }, runsThisWeek: 4, last: { version: 1, complete: 50, outcome: 'begun' as const } };
		const asking = { sweep, maxRunsPerWeek: 5, approval: true };
		expect(held(asking, trying)).toBe('sweeping');
		expect(held(asking, { ...trying, sweep: { over: true } })).toBe('train_best');
		// What was begun is brought to its end also where the budget was cut since.
		expect(held({ ...asking, maxRunsPerWeek: 1 }, { ...trying, sweep: { over: true } })).toBe('train_best');
		expect(held({ ...asking, quiet: { from: 9, to: 17 } }, { ...trying, sweep: { over: true } })).toBe('quiet');
		expect(held({ ...asking, enabled: false }, { ...trying, sweep: { over: true } })).toBe('disabled');
		expect(held(asking, { ...trying, collecting: false, sweep: { over: true } })).toBe('not_collecting');
	});

	it('whose run was refused is not followed again until something changed, and then by nobody’s old word', () => {
		const refused = { ...facts, sweep: { over: true }, runsThisWeek: 4, last: { version: 1, complete: 50, outcome: 'refused' as const } };
		const trying = { sweep, maxRunsPerWeek: 5 };
		expect(held(trying, refused)).toBe('nothing_new');
		expect(held(trying, { ...refused, complete: 100 })).toBe('train_best');
		const anew = { ...refused, version: 2 };
		expect(held(trying, anew)).toBe('train_best');
		expect(held({ ...trying, approval: true }, { ...anew, approvedFor: 1 })).toBe('ask');
		expect(held({ ...trying, approval: true }, { ...anew, askedFor: 2 })).toBe('waits_for_approval');
		expect(held({ ...trying, approval: true }, { ...anew, approvedFor: 2 })).toBe('train_best');
		expect(held(trying, { ...anew, sweep: { over: false } })).toBe('sweeping');
	});
});

it('every hour of a day is either quiet or not, and the two ranges between the same hours share none', () => {
	fc.assert(
		fc.property(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 23 }), (from, to, hour) => {
			fc.pre(from !== to);
			const now = `2026-11-29T${String(hour).padStart(2, '0')}:15:00Z`;
			return (held({ quiet: { from, to } }, { now }) === 'quiet') !== (held({ quiet: { from: to, to: from } }, { now }) === 'quiet');
		})
	);
});

it('settings that cannot be meant are refused by name', () => {
	const wrong = (over: object) => v.safeParse(AutomationSchema, { ...settings, ...over }).issues?.map((issue) => v.getDotPath(issue));
	expect(wrong({})).toBeUndefined();
	expect(wrong({ timeZone: 'Europe/Nowhere' })).toEqual(['timeZone']);
	expect(wrong({ quiet: { from: 3, to: 3 } })).toEqual(['quiet']);
	expect(wrong({ schedule: { weekday: 7, hour: 24 } })).toEqual(['schedule.weekday', 'schedule.hour']);
	expect(wrong({ rule: '' })).toEqual(['rule']);
	expect(wrong({ more: 1 })).toEqual(['more']);
});

it('an approval is of the settings that it was asked for, whatever the clock says', () => {
	expect(approvalOf({ version: 2, askedFor: null, approvedFor: null })).toBe('none');
	expect(approvalOf({ version: 2, askedFor: 2, approvedFor: null })).toBe('asked');
	expect(approvalOf({ version: 2, askedFor: 2, approvedFor: 1 })).toBe('asked');
	expect(approvalOf({ version: 2, askedFor: 1, approvedFor: 1 })).toBe('none');
	expect(approvalOf({ version: 2, askedFor: 1, approvedFor: 2 })).toBe('given');
});

it('whatever was said to which settings, a no is followed by nothing until they are set anew or as much is judged once more', () => {
	const version = fc.integer({ min: 1, max: 4 });
	fc.assert(
		fc.property(version, fc.option(version), fc.option(version), fc.integer({ min: 50, max: 99 }), fc.boolean(), (now, askedFor, approvedFor, complete, tried) => {
			const found = automationStep({ ...settings, approval: true }, { ...facts, complete, version: now, askedFor, approvedFor, sweep: tried ? { over: true } : null, last: { version: now, complete: 50, outcome: 'declined' } });
			return found.do === 'nothing' && found.because.code === 'declined';
		})
	);
});
