import type { CardSection, CardTable } from '../data-card/data-card.ts';
import { exportName } from '../checkpoint-export.ts';
import { dataCard } from '../data-card/data-card.ts';
import { count } from '../data-card/numbers.ts';
import type { Locale } from '../rule-setting-words.ts';
import { applies, fieldsOf, OBJECTIVES } from '../training-recipe.ts';
import type { AnyField, Objective } from '../training-recipe.ts';
import { evaluationTable, gateTable } from './figures.ts';
import type { ReportedCheckpoint, ReportFacts } from './facts.ts';
import { reportLimits } from './limits.ts';
import { REPORT } from './words.ts';

/** Words as somebody wrote them, under what they are. */
export type Quote = { label: string; text: string };
export type ReportSection = CardSection & { quotes: Quote[][] };
/** A report to be shown as a page, or written as HTML or PDF. */
export type ReportDocument = { locale: Locale; title: string; lead: string; sections: ReportSection[]; foot: string };

export type Say = (key: keyof typeof REPORT) => string;
type Of = { facts: ReportFacts; say: Say; locale: Locale };

const section = (key: string, title: string, more: Partial<Omit<ReportSection, 'key' | 'title'>> = {}): ReportSection => ({ key, title, text: [], tables: [], list: [], quotes: [], ...more });
/** “2026-11-29 03:00” */
const moment = (iso: string): string => iso.slice(0, 16).replace('T', ' ');
const isObjective = (text: string): text is Objective => (OBJECTIVES as readonly string[]).includes(text);
const pairs = (say: Say, rows: [string, string][]): CardTable => ({ columns: [say('what'), say('value')], rows, numbers: false });
const named = ({ name, sha256 }: ReportedCheckpoint): string => (sha256 === null ? name : `${name} · ${sha256.slice(0, 12)}`);

function decision({ facts: { decision: of, project, model, gate }, say, locale }: Of): ReportSection {
	const rows: [string, string][] = [
		[say('project'), `${project.name} (${project.slug})`],
		[say('name'), named(model)],
		[say('decided'), of.overridden ? say('overridden') : say(of.decision)],
		...(of.from ? [[say('from'), named(of.from)] as [string, string]] : []),
		...(of.form ? [[say('form'), `${exportName(of.form.plan, { adapter: say('adapter'), merged: say('full') })} · ${of.form.sha256.slice(0, 12)}`] as [string, string]] : []),
		[say('at'), moment(of.at)],
		[say('gateVersion'), of.gateVersion === null ? say('noGate') : `${say('version')} ${count(of.gateVersion, locale)}${gate ? ` · ${say(gate.passed ? 'passes' : 'passesNot')}` : ''}`],
		[say('fourEyes'), say(of.fourEyes ? 'fourEyesOn' : 'fourEyesOff')]
	];
	const roles: Readonly<Record<string, keyof typeof REPORT>> = { owner: 'owner', reviewer: 'reviewer', engineer: 'engineer', annotator: 'annotator', admin: 'admin' };
	return section('decision', say('decision'), {
		text: [say('signedWith')],
		tables: [pairs(say, rows), { columns: [say('signedBy'), say('role'), say('at')], rows: of.signatures.map(({ name, role, at }) => [name, say(roles[role] ?? 'admin'), moment(at)]), numbers: false }],
		quotes: [[{ label: say('reason'), text: of.reason ?? say('erased') }]]
	});
}

function limits({ facts, say, locale }: Of): ReportSection {
	const list = reportLimits(facts, say, locale);
	return section('limits', say('limits'), { text: [list.length > 0 ? say('limitsText') : say('noLimits')], list });
}

function gate({ facts, say, locale }: Of): ReportSection {
	if (!facts.gate) return section('gate', say('gate'), { text: [say('noGate')] });
	return section('gate', say('gate'), { text: [`${say(facts.gate.passed ? 'passes' : 'passesNot')} ${say('gateText')} ${facts.gate.level}`], tables: [gateTable(facts.gate, say, locale)] });
}

function evaluation({ facts, say, locale }: Of): ReportSection {
	const table = evaluationTable(facts, say, locale);
	return section('evaluation', say('evaluation'), { text: [say('evaluationText')], tables: table.rows.length > 0 ? [table] : [] });
}

function examples({ facts, say }: Of): ReportSection {
	if (facts.examples.length === 0) return section('examples', say('examples'), { text: [say('noExamples')] });
	return section('examples', say('examples'), {
		text: [say('examplesText')],
		quotes: facts.examples.map(({ won, votes, prompt, candidate, parent }) => [
			{ label: `${say(won ? 'won' : 'lost')} (${votes.filter((vote) => vote === (won ? 'candidate' : 'parent')).length}/${votes.length}) · ${say('question')}`, text: prompt },
			{ label: say('candidate'), text: candidate },
			{ label: say('parentAnswer'), text: parent }
		])
	});
}

/** Settings of a run that meant something in it, under the names that the form gives them. */
function settingsOf({ objective, settings }: NonNullable<ReportFacts['model']['run']>, locale: Locale): [string, string][] {
	const fields = new Map<string, AnyField>(isObjective(objective) ? fieldsOf(objective) : []);
	return Object.entries(settings).flatMap(([name, value]): [string, string][] => {
		const field = fields.get(name);
		const isEmpty = value === null || (typeof value === 'object' && Object.keys(value).length === 0);
		if (isEmpty || (field && !applies(field, settings))) return [];
		const said = typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean);
		return [[field?.label[locale] ?? name, `${field?.choices?.[said]?.[locale] ?? said}${field?.unit ? ` ${field.unit}` : ''}`]];
	});
}

function model({ facts: { model: of }, say, locale }: Of): ReportSection {
	const rows: [string, string][] = [
		[say('name'), of.name],
		[say('kind'), say(of.kind)],
		...(of.run
			? ([
					[say('objective'), of.run.objective.toUpperCase()],
					[say('startedBy'), of.run.startedBy],
					[say('step'), of.step === null ? say('none') : count(of.step, locale)]
				] as [string, string][])
			: [])
	];
	const settings = of.run ? settingsOf(of.run, locale) : [];
	return section('model', say('model'), { text: [say('use')], tables: [pairs(say, rows), ...(settings.length > 0 ? [{ columns: [say('setting'), say('value')], rows: settings, numbers: false }] : [])] });
}

function lineage({ facts, say }: Of): ReportSection {
	const rows = facts.lineage.map((one) => [one.name, say(one.kind), one.sha256?.slice(0, 12) ?? say('none'), one.snapshotSha256?.slice(0, 12) ?? say('none')]);
	return section('lineage', say('lineage'), { text: [say('lineageText')], tables: [{ columns: [say('name'), say('kind'), 'SHA-256', say('snapshot')], rows, numbers: false }] });
}

function data({ facts, say, locale }: Of): ReportSection[] {
	if (!facts.data) return [section('data', say('data'), { text: [say('noData')] })];
	const card = dataCard(facts.data, locale);
	return card.sections.filter(({ key }) => key !== 'limits').map((one, place) => ({ ...one, key: `data-${one.key}`, title: `${say('data')}: ${one.title}`, text: place === 0 ? [card.lead, ...one.text] : one.text, quotes: [] }));
}

function hashes({ facts: { decision: of, model: made, data: card }, say }: Of): ReportSection {
	const rows: [string, string][] = [
		[say('decisionId'), of.id],
		[say('reasonHash'), of.reasonHash],
		[say('checkpointHash'), made.sha256 ?? say('none')],
		...(card ? [[say('snapshotHash'), card.sha256] as [string, string]] : []),
		...made.files.map(({ path, sha256 }): [string, string] => [path, sha256])
	];
	return section('hashes', say('hashes'), { text: [say('hashesText')], tables: [pairs(say, rows)] });
}

/** The report of a decision: what a regulator is handed. */
export function reportDocument(facts: ReportFacts, locale: Locale): ReportDocument {
	const say: Say = (key) => REPORT[key][locale];
	const of: Of = { facts, say, locale };
	return {
		locale,
		title: `${say('title')} · ${facts.model.name}`,
		lead: `${facts.project.name} · ${say(facts.decision.decision)} · ${moment(facts.decision.at)} UTC`,
		sections: [decision(of), limits(of), gate(of), evaluation(of), examples(of), model(of), lineage(of), ...data(of), hashes(of)],
		foot: say('frozen')
	};
}
