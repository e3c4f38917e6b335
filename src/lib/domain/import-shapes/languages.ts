import * as v from 'valibot';
import { LanguageSchema } from '../skills.ts';

/** Languages as sets name them, as BCP 47 tags. */
const TAGS: Readonly<Record<string, string>> = { english: 'en', chinese: 'zh', german: 'de', french: 'fr', spanish: 'es', russian: 'ru', japanese: 'ja', portuguese: 'pt', italian: 'it', korean: 'ko' };

/** The tag of a language that a file names: a tag as it is, or by its English name. Nothing: it is none that is known, and the field is told as not read. */
export function languageOf(said: unknown): { language?: string } {
	if (typeof said !== 'string') return {};
	const name = said.trim().toLowerCase();
	const tag = Object.hasOwn(TAGS, name) ? TAGS[name] : v.is(LanguageSchema, said) ? said : undefined;
	return tag === undefined ? {} : { language: tag };
}
