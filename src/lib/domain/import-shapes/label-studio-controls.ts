import { isFields } from './shape.ts';
import type { Fields } from './shape.ts';

/** A control of Label Studio that judges, as one annotation has it: its name and kind. */
export type Judging = { control: string; kind: string };

/** Names of controls that ask which answer is better, or whether one is good. */
export const PREFERENCE = /prefer|better|best|pairwise|compar|choose|verdict|overall|偏好|更好/iu;

/** Which control asks for the judgment: a comparison by its kind, else by its name; the only one there is. Undefined: there is none. Null: it is not clear. */
export function judgingControl(judging: readonly Judging[]): string | null | undefined {
	const pairwise = judging.filter(({ kind }) => kind === 'pairwise');
	const among = [...new Set((pairwise.length > 0 ? pairwise : judging).map(({ control }) => control))];
	const named = among.filter((control) => PREFERENCE.test(control));
	return among.length < 2 ? among[0] : named.length === 1 ? named[0] : null;
}

/** What the value of a result says: which side was chosen, or a choice; of a taxonomy a choice on its first level. */
export function chosen(value: unknown): unknown {
	if (!isFields(value)) return null;
	const { taxonomy } = value;
	const choice = value['selected'] ?? value['choices'] ?? value['choice'] ?? (Array.isArray(taxonomy) ? taxonomy.flat() : taxonomy);
	return Array.isArray(choice) ? (choice.length === 1 ? (choice[0] as unknown) : choice.join(', ')) : choice;
}

/** Who made an annotation: an account's number, or the account. */
export function annotatorOf(by: unknown): { judge?: string } {
	const isName = (name: unknown) => typeof name === 'number' || (typeof name === 'string' && name.trim() !== '');
	const name = isFields(by) ? [by['email'], by['username'], by['id']].find(isName) : by;
	return isName(name) ? { judge: String(name) } : {};
}

/** What refusals say would be right. */
export const SEVERAL = 'several controls hold a judgment, and none of their names says which asks for the preference: name it so in Label Studio (“preference”)';
export const STRANGE = 'a kind of judgment that is not read: pairwise, choices or taxonomy are';

/** Results in the form in which Label Studio's short forms give them: a list of values, or one. */
export function resultsIn(value: unknown): Fields[] {
	const list: unknown[] = Array.isArray(value) ? value : [value];
	return list.every(isFields) ? list : [];
}
