import { exportName } from '../checkpoint-export.ts';
import type { ExportPlan } from '../checkpoint-export.ts';
import type { EvaluationResults } from '../evaluation-results.ts';
import { count } from '../data-card/numbers.ts';
import type { NamedMeasure } from '../suite/measures.ts';
import { checkOnOwn } from '../suite/own-questions.ts';
import type { Locale } from '../rule-setting-words.ts';
import type { ReportDocument, ReportSection } from './document.ts';
import { EXPORT } from './export-words.ts';
import type { ReportedCheckpoint } from './facts.ts';

/** What the report of an export is made of. */
export type ExportFacts = {
	project: { slug: string; name: string };
	checkpoint: ReportedCheckpoint;
	base: ReportedCheckpoint & { licence: string | null };
	/** From the checkpoint to the base model. */
	lineage: (ReportedCheckpoint & { snapshotSha256: string | null })[];
	/** The snapshot whose training rows the weights were rounded by. */
	snapshotSha256: string;
	made: { id: string; plan: ExportPlan; changed: boolean; sha256: string; bytes: number; finishedAt: string; /** Without the folders of the host. */ command: string[] | null; calibrationRows: number | null; files: { path: string; bytes: number; sha256: string }[] };
	/** Of this form beside the checkpoint; null: not measured, or the same weights. */
	results: EvaluationResults | null;
	/** What the project's suite measured of its answers; null: it was not run through it. */
	suite: { version: number; measures: NamedMeasure[] } | null;
};

type Say = (key: keyof typeof EXPORT) => string;
type Shown = { value: number | null; low: number | null; high: number | null; n: number; groups: number };

const KINDS: Record<ExportPlan['format'], keyof typeof EXPORT> = { adapter: 'adapterText', merged: 'mergedText', gptq: 'quantText', awq: 'quantText', gguf: 'ggufText' };
const section = (key: string, title: string, more: Partial<Omit<ReportSection, 'key' | 'title'>>): ReportSection => ({ key, title, text: [], tables: [], list: [], quotes: [], ...more });
const named = ({ name, sha256 }: ReportedCheckpoint): string => (sha256 === null ? name : `${name} · ${sha256.slice(0, 12)}`);
const plain = (value: number, locale: Locale): string => new Intl.NumberFormat(locale, { maximumFractionDigits: 4, signDisplay: 'negative' }).format(value).replace('-', '−');

function made({ made: of, project, checkpoint, base, snapshotSha256 }: ExportFacts, say: Say, locale: Locale): ReportSection {
	const rows: [string, string][] = [
		[say('project'), `${project.name} (${project.slug})`],
		[say('checkpoint'), named(checkpoint)],
		[say('form'), exportName(of.plan, { adapter: say('adapter'), merged: say('merged') })],
		[say('base'), named(base)],
		[say('licence'), base.licence ?? say('noLicence')],
		[say('madeAt'), of.finishedAt.slice(0, 16).replace('T', ' ')],
		[say('size'), count(of.bytes, locale)],
		...(of.calibrationRows === null ? [] : [[say('calibration'), `${count(of.calibrationRows, locale)} ${say('rows')} ${snapshotSha256.slice(0, 12)}`] as [string, string]]),
		...(of.command === null ? [] : [[say('command'), of.command.join(' ')] as [string, string]])
	];
	return section('made', say('made'), { text: [say(KINDS[of.plan.format])], tables: [{ columns: [say('what'), say('value')], rows, numbers: false }] });
}

function measured({ made: of, results }: ExportFacts, say: Say, locale: Locale): ReportSection {
	if (!of.changed) return section('measured', say('measured'), { text: [say('same')] });
	if (!results) return section('measured', say('measured'), { text: [say('waiting')] });
	const line = (name: keyof typeof EXPORT, figure: Shown | null | undefined): string[][] => {
		if (!figure || figure.value === null) return [];
		const { value, low, high, n, groups } = figure;
		return [[say(name), plain(value, locale), low === null || high === null ? say('none') : `${plain(low, locale)} – ${plain(high, locale)}`, count(n, locale), count(groups, locale)]];
	};
	const { checkpoint, parent, single, drift } = results;
	const rows = [
		...line('accuracy', checkpoint.accuracy),
		...line('ownAccuracy', parent.accuracy),
		...line('difference', checkpoint.versusParent?.difference),
		...line('auc', single?.checkpoint.auc),
		...line('ownAuc', single?.parent.auc),
		...line('drift', drift?.fromParent)
	];
	return section('measured', say('measured'), { text: [say('measuredText'), ...(results.split === 'dev' ? [say('devText')] : [])], tables: [{ columns: [say('measure'), say('estimate'), say('interval'), 'n', say('groups')], rows, numbers: true }] });
}

/** What a measure is called: those that people named by that name. */
function measureName({ name, kind }: NamedMeasure, say: Say): string {
	const own = kind === 'check' ? checkOnOwn(name) : null;
	if (own !== null) return `${own} · ${say('onOwn')}`;
	return kind === 'refusal' ? say('refusals') : kind === 'toxicity' ? say('toxic') : kind === 'judge' ? say('judge') : name;
}

function checked({ made: of, suite }: ExportFacts, say: Say, locale: Locale): ReportSection[] {
	if (!of.changed) return [];
	if (!suite) return [section('checked', say('checked'), { text: [say('unchecked')] })];
	const shown = (figure: Shown | null | undefined): string => (figure?.value == null ? say('none') : plain(figure.value, locale));
	const between = (figure: Shown | null | undefined): string => (figure?.low == null || figure.high === null ? '' : ` (${plain(figure.low, locale)} – ${plain(figure.high, locale)})`);
	const rows = suite.measures
		.filter(({ better }) => better !== null)
		.map((one) => {
			const difference = one.against.trained?.difference;
			return [measureName(one, say), shown(one.checkpoint), shown(one.others.trained), `${shown(difference)}${between(difference)}`, count(one.checkpoint.n, locale)];
		});
	return [section('checked', say('checked'), { text: [`${say('checkedText')} ${count(suite.version, locale)}`], tables: [{ columns: [say('measure'), say('here'), say('asTrained'), say('change'), 'n'], rows, numbers: true }] })];
}

/** The report that goes out with an export: what it is, what was measured of it, what it came from, and the hash of every file. */
export function exportDocument(facts: ExportFacts, locale: Locale): ReportDocument {
	const say: Say = (key) => EXPORT[key][locale];
	const lineage = facts.lineage.map((one) => [one.name, one.sha256?.slice(0, 12) ?? say('none'), one.snapshotSha256?.slice(0, 12) ?? say('none')]);
	const files = [[say('all'), facts.made.sha256], ...facts.made.files.map(({ path, sha256 }) => [path, sha256])];
	return {
		locale,
		title: `${say('title')} · ${facts.checkpoint.name}`,
		lead: `${facts.project.name} · ${exportName(facts.made.plan, { adapter: say('adapter'), merged: say('merged') })}`,
		sections: [
			made(facts, say, locale),
			measured(facts, say, locale),
			...checked(facts, say, locale),
			section('lineage', say('lineage'), { tables: [{ columns: [say('name'), 'SHA-256', say('snapshot')], rows: lineage, numbers: false }] }),
			section('files', say('files'), { text: [say('filesText')], tables: [{ columns: [say('what'), 'SHA-256'], rows: files, numbers: false }] })
		],
		foot: say('foot')
	};
}
