import type { Composition } from '../composition.ts';
import type { CardFacts, CardSection, CardTable, DataCard } from './data-card.ts';

/** A text in Markdown: what it holds is text, not marks, and stays in its cell. */
const escaped = (text: string): string => text.replace(/[\\`*_[\]<>|#~]/gu, '\\$&').replace(/\s+/gu, ' ').trim();
const row = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |\n`;

function table({ columns, rows, numbers }: CardTable): string {
	return `${row(columns)}| ${columns.map((_, i) => (numbers && i > 0 ? '---:' : '---')).join(' | ')} |\n${rows.map(row).join('')}\n`;
}

function section({ title, text, tables, list }: CardSection): string {
	return [`## ${escaped(title)}\n\n`, ...text.map((line) => `${escaped(line)}\n\n`), ...(list.length > 0 ? [`${list.map((line) => `- ${escaped(line)}`).join('\n')}\n\n`] : []), ...tables.map(table)].join('');
}

/** A card as a Markdown file. */
export function cardMarkdown({ title, lead, sections, foot }: DataCard): string {
	return `# ${escaped(title)}\n\n${escaped(lead)}\n\n${sections.map(section).join('')}${escaped(foot)}\n`;
}

/** Classes of size as Hugging Face's cards have them. */
function sizeCategory(rows: number): string {
	const bounds = [[1e3, 'n<1K'], [1e4, '1K<n<10K'], [1e5, '10K<n<100K'], [1e6, '100K<n<1M'], [1e7, '1M<n<10M'], [1e8, '10M<n<100M']] as const;
	return bounds.find(([most]) => rows < most)?.[1] ?? '100M<n<1B';
}

/** ISO 639 codes of the rows' languages, which is what a hub knows: `zh-Hans` is `zh`. */
function languagesOf(composition: Composition | null): string[] {
	const codes = (composition?.languages ?? []).map(({ name }) => /^([a-z]{2,3})(?:-|$)/iu.exec(name)?.[1]?.toLowerCase());
	return [...new Set(codes.filter((code) => code !== undefined))].sort();
}

/** Who made the labels, in a hub's words: people with a stated skill are experts, what imports say is found. */
function annotators({ judgedBy }: CardFacts['manifest']): string[] {
	const origins = new Set(judgedBy?.origins.map(({ origin }) => origin));
	return [...(origins.has('workspace') ? [judgedBy && judgedBy.people.skills.length > 0 ? 'expert-generated' : 'other'] : []), ...(origins.has('model') ? ['machine-generated'] : []), ...(['import', 'playground', 'feedback'] as const).filter((origin) => origins.has(origin)).slice(0, 1).map(() => 'found')];
}

const list = (name: string, values: readonly string[]): string => (values.length === 0 ? '' : `${name}:\n${values.map((value) => `- ${value}\n`).join('')}`);

/**
 * The YAML that stands before a dataset card on Hugging Face's hub
 * (github.com/huggingface/hub-docs, datasetcard.md): what the data are, and
 * which file is which split. The configuration's name tells snapshots apart:
 * `datasets` would take the cached rows of another folder of the same name. A
 * licence is its owner's to give.
 */
export function hubFrontMatter({ manifest, sha256, project }: CardFacts, files: readonly { split: string; path: string; rows: number }[]): string {
	const { objective, composition } = manifest;
	const short = sha256.slice(0, 12);
	const paths = files.map(({ split, path }) => `  - split: ${split}\n    path: ${path}\n`).join('');
	const rows = files.reduce((sum, file) => sum + file.rows, 0);
	return [
		'---\n',
		`pretty_name: ${JSON.stringify(`${project}, ${objective.toUpperCase()} ${short}`)}\n`,
		list('language', languagesOf(composition)),
		'license: unknown\n',
		list('annotations_creators', annotators(manifest)),
		list('task_categories', ['text-generation']),
		list('size_categories', [sizeCategory(rows)]),
		list('tags', [...(objective === 'sft' ? [] : ['preference']), objective, 'trl', 'plumbline']),
		`configs:\n- config_name: ${objective}-${short}\n  data_files:\n${paths}`,
		'---\n\n'
	].join('');
}
