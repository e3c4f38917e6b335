import type { HLJSApi, LanguageFn } from 'highlight.js';

/**
 * Colours for code. The library and each language load with the first block that names it; a block that names none
 * stays plain, since a guess could colour one answer and not the other.
 */
type Loader = () => Promise<{ default: LanguageFn }>;

const LANGUAGES: Record<string, Loader> = {
	bash: () => import('highlight.js/lib/languages/bash'),
	c: () => import('highlight.js/lib/languages/c'),
	cpp: () => import('highlight.js/lib/languages/cpp'),
	csharp: () => import('highlight.js/lib/languages/csharp'),
	css: () => import('highlight.js/lib/languages/css'),
	diff: () => import('highlight.js/lib/languages/diff'),
	dockerfile: () => import('highlight.js/lib/languages/dockerfile'),
	go: () => import('highlight.js/lib/languages/go'),
	graphql: () => import('highlight.js/lib/languages/graphql'),
	http: () => import('highlight.js/lib/languages/http'),
	ini: () => import('highlight.js/lib/languages/ini'),
	java: () => import('highlight.js/lib/languages/java'),
	javascript: () => import('highlight.js/lib/languages/javascript'),
	json: () => import('highlight.js/lib/languages/json'),
	kotlin: () => import('highlight.js/lib/languages/kotlin'),
	latex: () => import('highlight.js/lib/languages/latex'),
	lua: () => import('highlight.js/lib/languages/lua'),
	makefile: () => import('highlight.js/lib/languages/makefile'),
	markdown: () => import('highlight.js/lib/languages/markdown'),
	matlab: () => import('highlight.js/lib/languages/matlab'),
	nginx: () => import('highlight.js/lib/languages/nginx'),
	perl: () => import('highlight.js/lib/languages/perl'),
	php: () => import('highlight.js/lib/languages/php'),
	powershell: () => import('highlight.js/lib/languages/powershell'),
	python: () => import('highlight.js/lib/languages/python'),
	r: () => import('highlight.js/lib/languages/r'),
	ruby: () => import('highlight.js/lib/languages/ruby'),
	rust: () => import('highlight.js/lib/languages/rust'),
	scala: () => import('highlight.js/lib/languages/scala'),
	sql: () => import('highlight.js/lib/languages/sql'),
	swift: () => import('highlight.js/lib/languages/swift'),
	typescript: () => import('highlight.js/lib/languages/typescript'),
	vbnet: () => import('highlight.js/lib/languages/vbnet'),
	xml: () => import('highlight.js/lib/languages/xml'),
	yaml: () => import('highlight.js/lib/languages/yaml')
};
const ALIASES: Record<string, string> = {
	sh: 'bash', shell: 'bash', zsh: 'bash', console: 'bash', h: 'c', 'c++': 'cpp', cc: 'cpp', hpp: 'cpp', cs: 'csharp', 'c#': 'csharp', patch: 'diff', docker: 'dockerfile', golang: 'go',
	gql: 'graphql', toml: 'ini', js: 'javascript', jsx: 'javascript', mjs: 'javascript', json5: 'json', jsonc: 'json', jsonl: 'json', kt: 'kotlin', tex: 'latex', make: 'makefile', md: 'markdown',
	pl: 'perl', ps1: 'powershell', pwsh: 'powershell', py: 'python', python3: 'python', rb: 'ruby', rs: 'rust', postgres: 'sql', postgresql: 'sql', mysql: 'sql', ts: 'typescript', tsx: 'typescript',
	vb: 'vbnet', html: 'xml', svg: 'xml', vue: 'xml', svelte: 'xml', yml: 'yaml'
};
/** Languages that stand inside others. */
const INNER: Record<string, readonly string[]> = { xml: ['css', 'javascript'], markdown: ['xml'], http: ['json'] };

/** Longer code stays plain: colouring runs on the page's own thread. */
export const LONGEST_CODE = 20_000;

let engine: HLJSApi | null = null;

/** The language a fence names, by the name this file knows it by; null: none, or an unknown one. */
export function languageNamed(info: string): string | null {
	const name = /^[^\s{,:]+/u.exec(info.trim())?.[0].toLowerCase() ?? '';
	const language = Object.hasOwn(ALIASES, name) ? ALIASES[name] : name;
	return language !== undefined && Object.hasOwn(LANGUAGES, language) ? language : null;
}

/** Whether a language's colours can be given now. */
export function languageReady(language: string): boolean {
	return engine?.getLanguage(language) !== undefined;
}

/** Fetches the library and a language; true once they are there. */
export async function loadLanguage(language: string): Promise<boolean> {
	const loader = LANGUAGES[language];
	if (!loader) return false;
	const [core, definition] = await Promise.all([import('./highlight-engine.ts'), loader(), ...(INNER[language] ?? []).map(loadLanguage)]);
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
