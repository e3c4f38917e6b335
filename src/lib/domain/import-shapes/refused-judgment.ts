import { numberOf } from './scales.ts';
import type { Scale } from './scales.ts';
import type { ShapeRead } from './shape.ts';
import { numberedLabel, numberedVerdict, whyNoLabel, whyNoVerdict } from './verdict-words.ts';

const NO_SCALE: Scale = new Set();

/** Whether a number beside those of its scale takes back what one of them was read as. `reads`: what a number says on a scale. */
function unsays(number: number, scale: Scale, reads: (one: number, among: Scale) => unknown): boolean {
	const among = new Set([...scale, number]);
	return [...scale].some((one) => {
		const said = reads(one, scale);
		return said !== null && reads(one, among) !== said;
	});
}

function refused(field: string, message: string, value: unknown, of: { scale: Scale; reads: (one: number, among: Scale) => unknown }): ShapeRead {
	const number = numberOf(value);
	return { ok: false, error: { field, message, ...(number !== null && unsays(number, of.scale, of.reads) ? { against: number } : {}) } };
}

/** A row whose label of one answer says neither good nor bad; `against` where it takes back what the file's rows before it were read as. */
export function refusedLabel(field: string, value: unknown, scale: Scale = NO_SCALE, isMark = false): ShapeRead {
	return refused(field, whyNoLabel(value), value, { scale, reads: (one, among) => numberedLabel(one, among, isMark) });
}

/** A row whose verdict on two answers is none that is known; `against` where it takes back what the file's rows before it were read as. */
export function refusedVerdict(field: string, value: unknown, sides: readonly [string, string], scale: Scale = NO_SCALE): ShapeRead {
	return refused(field, whyNoVerdict(value), value, { scale, reads: (one, among) => numberedVerdict(one, sides, among) });
}
