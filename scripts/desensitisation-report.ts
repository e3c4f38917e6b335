import { readFile } from 'node:fs/promises';
import { detectAll, ALL_RULES } from '../src/lib/domain/desensitisation/detect.ts';
import { KINDS } from '../src/lib/domain/desensitisation/kind.ts';
import type { Finding, Kind } from '../src/lib/domain/desensitisation/kind.ts';
import { withoutOverlap } from '../src/lib/domain/desensitisation/overlap.ts';
import { provisionNames } from '../workers/names/environment.ts';
import { startNames } from '../workers/names/finder.ts';

/**
 * Precision and recall of every detector on the labelled sentences of
 * test/golden/desensitisation (all names and numbers in them are made up). A
 * finding is right when its kind and both its ends are; “covered” is the share of
 * labelled signs that some finding covers, i.e. what would not have been left to
 * read. `--misses` lists what was wrong.
 */
type Sentence = { text: string; spans: Finding[] };
type Sums = { right: number; wrong: number; missed: number; signs: number; covered: number };

/** Reads `… [[kind|words]] …`. */
function parse(line: string): Sentence {
	const spans: Finding[] = [];
	let text = '';
	let at = 0;
	for (const match of line.matchAll(/\[\[(\w+)\|([^\]]+)\]\]/gu)) {
		text += line.slice(at, match.index);
		spans.push({ kind: match[1] as Kind, start: text.length, end: text.length + (match[2] ?? '').length });
		text += match[2] ?? '';
		at = match.index + match[0].length;
	}
	return { text: text + line.slice(at), spans };
}

const percent = (part: number, whole: number) => (whole === 0 ? '—'.padStart(6) : `${((100 * part) / whole).toFixed(1)} %`.padStart(7));

const place = await provisionNames();
if (!place.ok) throw new Error(`${place.problem.message} ${place.problem.hint}`);
const names = await startNames(place.value.python);
try {
	for (const language of ['zh', 'en']) {
		const lines = (await readFile(new URL(`../test/golden/desensitisation/${language}.txt`, import.meta.url), 'utf8')).split('\n').filter((line) => line !== '');
		const sentences = lines.map(parse);
		const found = await names.find(sentences.map(({ text }) => text));
		const sums = new Map<Kind, Sums>();
		const of = (kind: Kind): Sums => {
			const there = sums.get(kind) ?? { right: 0, wrong: 0, missed: 0, signs: 0, covered: 0 };
			sums.set(kind, there);
			return there;
		};
		for (const [index, { text, spans }] of sentences.entries()) {
			const findings = withoutOverlap([...detectAll(text, ALL_RULES), ...(found[index] ?? [])]);
			const same = (a: Finding, b: Finding) => a.kind === b.kind && a.start === b.start && a.end === b.end;
			const tell = (what: string, one: Finding) => process.argv.includes('--misses') && console.log(`  ${language}:${index + 1} ${what} ${one.kind} “${text.slice(one.start, one.end)}” in: ${text}`);
			for (const finding of findings) {
				if (spans.some((span) => same(span, finding))) of(finding.kind).right += 1;
				else {
					of(finding.kind).wrong += 1;
					tell('wrong ', finding);
				}
			}
			for (const span of spans) {
				if (!findings.some((finding) => same(finding, span))) {
					of(span.kind).missed += 1;
					tell('missed', span);
				}
				of(span.kind).signs += span.end - span.start;
				for (let at = span.start; at < span.end; at++) if (findings.some(({ start, end }) => start <= at && at < end)) of(span.kind).covered += 1;
			}
		}
		console.log(`\n${language}: ${sentences.length} sentences, ${sentences.filter(({ spans }) => spans.length === 0).length} of them with nothing to find${names.presidio ? ', with Presidio' : ''}`);
		console.log(`${'kind'.padEnd(14)}${'labelled'.padStart(9)}${'precision'.padStart(11)}${'recall'.padStart(10)}${'covered'.padStart(10)}`);
		for (const kind of KINDS) {
			const sum = sums.get(kind);
			if (sum) console.log(`${kind.padEnd(14)}${String(sum.right + sum.missed).padStart(9)}${percent(sum.right, sum.right + sum.wrong).padStart(11)}${percent(sum.right, sum.right + sum.missed).padStart(10)}${percent(sum.covered, sum.signs).padStart(10)}`);
		}
	}
} finally {
	names.stop();
}
