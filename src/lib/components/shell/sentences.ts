import { locale } from './locale.svelte.ts';

/** Sentences after each other, those that are empty left out: Chinese has no space between them. */
export function sentences(...said: readonly string[]): string {
	return said.filter((one) => one !== '').join(locale() === 'zh' ? '' : ' ');
}
