import type { HLJSApi } from 'highlight.js';

/**
 * Colours for code. The library and each language load with the first block that names it; a block that names none
 * stays plain, since a guess could colour one answer and not the other.
 */

/** Languages whose colours are known; how each loads stands in `highlight-engine.ts`. */
export const LANGUAGES = ['bash', 'c', 'cpp', 'csharp', 'css', 'diff', 'dockerfile', 'go', 'graphql', 'http', 'ini', 'java', 'javascript', 'json', 'kotlin', 'latex', 'lua', 'makefile', 'markdown', 'matlab', 'nginx', 'perl', 'php', 'powershell', 'python', 'r', 'ruby', 'rust', 'scala', 'sql', 'swift', 'typescript', 'vbnet', 'xml', 'yaml'] as const;
export type Language = (typeof LANGUAGES)[number];
const ALIASES: Record<string, Language> = {
	sh: 'bash', shell: 'bash', zsh: 'bash', console: 'bash', h: 'c', 'c++': 'cpp', cc: 'cpp', hpp: 'cpp', cs: 'csharp', 'c#': 'csharp', patch: 'diff', docker: 'dockerfile', golang: 'go',
	gql: 'graphql', toml: 'ini', js: 'javascript', jsx: 'javascript', mjs: 'javascript', json5: 'json', jsonc: 'json', jsonl: 'json', kt: 'kotlin', tex: 'latex', make: 'makefile', md: 'markdown',
	pl: 'perl', ps1: 'powershell', pwsh: 'powershell', py: 'python', python3: 'python', rb: 'ruby', rs: 'rust', postgres: 'sql', postgresql: 'sql', mysql: 'sql', ts: 'typescript', tsx: 'typescript',
	vb: 'vbnet', html: 'xml', svg: 'xml', vue: 'xml', svelte: 'xml', yml: 'yaml'
};
/** Languages that stand inside others. */
const INNER: { readonly [language in Language]?: readonly Language[] } = { xml: ['css', 'javascript'], markdown: ['xml'], http: ['json'] };

/** Longer code stays plain: colouring runs on the page's own thread. */
export const LONGEST_CODE = 20_000;

let engine: HLJSApi | null = null;

const isKnown = (name: string): name is Language => (LANGUAGES as readonly string[]).includes(name);

/** The language a fence names, by the name this file knows it by; null: none, or an unknown one. */
export function languageNamed(info: string): Language | null {
	const name = /^[^\s{,:]+/u.exec(info.trim())?.[0].toLowerCase() ?? '';
	const language = Object.hasOwn(ALIASES, name) ? ALIASES[name] : name;
	return language !== undefined && isKnown(language) ? language : null;
}

/** Whether a language's colours can be given now. */
export function languageReady(language: string): boolean {
	return engine?.getLanguage(language) !== undefined;
}

/** Fetches the library and a language; true once they are there. */
export async function loadLanguage(language: string): Promise<boolean> {
	if (!isKnown(language)) return false;
	const core = await import('./highlight-engine.ts');
	const [definition] = await Promise.all([core.LOADERS[language](), ...(INNER[language] ?? []).map(loadLanguage)]);
	engine = core.engine;
	engine.registerLanguage(language, definition.default);
	return true;
}

/** Code as HTML with classes, still to be sanitised; null: not yet loaded, or too long: show it plain. */
export function highlight(code: string, language: string): string | null {
	if (!engine || code.length > LONGEST_CODE || !languageReady(language)) return null;
	try {
		return engine.highlight(code, { language, ignoreIllegals: true }).value;
	} catch {
		return null;
	}
}
