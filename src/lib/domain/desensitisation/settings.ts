import * as v from 'valibot';
import { isStorableText } from '../message.ts';
import { ACTIONS, KINDS } from './kind.ts';
import type { Action, Kind } from './kind.ts';

const text = (most: number) => v.pipe(v.string(), v.minLength(1, 'must not be empty'), v.maxLength(most, `at most ${most} characters`), v.check(isStorableText, 'contains NUL or half of a surrogate pair'));

/** A word of the project's own: a client's name, a code name. `kind` says what it is, and so what is done about it. */
export const OwnWordSchema = v.strictObject({ text: text(200), kind: v.optional(v.picklist(['word', 'person', 'organisation']), 'word') });

/** A value that somebody looked at and found not to be sensitive, as a keyed hash: the list must not tell what it lets pass. */
export const ExceptionSchema = v.strictObject({ kind: v.picklist(KINDS), key: v.pipe(v.string(), v.regex(/^[\da-f]{32}$/, '32 hex digits, as the review gives them')) });

/** How a project keeps what is sensitive out of its record; every version is kept. */
export const SettingsSchema = v.strictObject({
	actions: v.record(v.picklist(KINDS), v.picklist(ACTIONS)),
	/** What becomes of what was hidden: it is kept, encrypted, for whoever may read originals, or not at all. */
	originals: v.optional(v.picklist(['discard', 'encrypt']), 'discard'),
	/** Images and PDFs cannot be masked: taken as they are, or refused. */
	attachments: v.optional(v.picklist(['take', 'refuse']), 'take'),
	/** What an export does about a snapshot in which something is found after all. */
	onExport: v.optional(v.picklist(['allow', 'mask', 'refuse']), 'refuse'),
	words: v.optional(v.pipe(v.array(OwnWordSchema), v.maxLength(5000, 'at most 5,000 words')), []),
	/** Regular expressions of RE2: no look-around and no back-reference, in time linear in the text. */
	patterns: v.optional(v.pipe(v.array(text(500)), v.maxLength(100, 'at most 100 patterns')), []),
	exceptions: v.optional(v.pipe(v.array(ExceptionSchema), v.maxLength(20_000, 'at most 20,000 exceptions')), [])
});
export type Settings = v.InferOutput<typeof SettingsSchema>;
export type OwnWord = v.InferOutput<typeof OwnWordSchema>;
export type Exception = v.InferOutput<typeof ExceptionSchema>;

/** The part of settings that says nothing of anybody; the lists lie encrypted beside it. */
export const OpenSettingsSchema = v.omit(SettingsSchema, ['words', 'patterns', 'exceptions']);
export type OpenSettings = v.InferOutput<typeof OpenSettingsSchema>;

/** A project that has set nothing: everything is taken as it is. */
export const OFF: Settings = { actions: {}, originals: 'discard', attachments: 'take', onExport: 'refuse', words: [], patterns: [], exceptions: [] };

/** What a project is offered that turns it on: numbers of people become placeholders, sums of money stay, names wait for a worker. */
export const PROPOSED: Settings = {
	...OFF,
	actions: { id_card: 'placeholder', bank_card: 'placeholder', iban: 'placeholder', phone: 'placeholder', email: 'placeholder', passport: 'placeholder', plate: 'placeholder', url_secret: 'mask', ip: 'placeholder', amount: 'flag', person: 'off', organisation: 'off', word: 'placeholder', pattern: 'placeholder' }
};

/** What is done about a kind. */
export function actionOf(settings: Pick<Settings, 'actions'>, kind: Kind): Action {
	return settings.actions[kind] ?? 'off';
}

/** Whether anything is looked for. */
export function isOn(settings: Pick<Settings, 'actions'>): boolean {
	return KINDS.some((kind) => actionOf(settings, kind) !== 'off');
}

/** Whether names are looked for, which only a worker can. */
export function looksForNames(settings: Settings): boolean {
	return actionOf(settings, 'person') !== 'off' || actionOf(settings, 'organisation') !== 'off';
}
