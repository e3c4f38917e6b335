import { expect, it } from 'vitest';
import { eventOf, MOST_TRIES, nextTryAfter, WEBHOOK_EVENT_NAMES, WEBHOOK_EVENTS } from './webhook-event.ts';

it('every audit action is one event at most', () => {
	const actions = WEBHOOK_EVENT_NAMES.flatMap((name) => [...WEBHOOK_EVENTS[name]]);
	expect(new Set(actions).size).toBe(actions.length);
	for (const name of WEBHOOK_EVENT_NAMES) for (const action of WEBHOOK_EVENTS[name]) expect(eventOf(action)).toBe(name);
	expect(eventOf('session.sign_in')).toBeNull();
});

it('tries come later and later, and end', () => {
	const pauses = Array.from({ length: MOST_TRIES }, (_, index) => nextTryAfter(index + 1));
	expect(pauses.at(-1)).toBeNull();
	const given = pauses.slice(0, -1).map(Number);
	expect(given.every((seconds, index) => index === 0 || seconds > (given[index - 1] ?? 0))).toBe(true);
});
