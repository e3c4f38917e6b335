import * as v from 'valibot';

export const SKILL_WORDS = 'lower-case letters, digits, _ and -, at most 40, starting with a letter';
export const LANGUAGE_WORDS = 'a language tag such as en, de or zh-Hans';

/** What a person knows and a prompt may require, e.g. `tax` or `credit-risk`. */
export const SkillSchema = v.pipe(v.string(SKILL_WORDS), v.regex(/^[a-z][a-z0-9_-]{0,39}$/, SKILL_WORDS));

/** A BCP 47 tag: language, perhaps script and region. */
export const LanguageSchema = v.pipe(v.string(LANGUAGE_WORDS), v.regex(/^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?$/, LANGUAGE_WORDS));
