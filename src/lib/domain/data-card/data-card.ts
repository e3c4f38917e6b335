import type { AgreementFigure } from '../agreement/agreement-figure.ts';
import { OTHERS } from '../composition.ts';
import type { Share } from '../composition.ts';
import type { Manifest } from '../manifest.ts';
import { DROP_REASONS } from '../prompt-bundle.ts';
import { RULE_SETTINGS } from '../rule-difference.ts';
import { settingName, settingValue } from '../rule-setting-words.ts';
import type { Locale } from '../rule-setting-words.ts';
import { limitWords } from './limit-words.ts';
import { knownLimits } from './limits.ts';
import { count, figure, percent } from './numbers.ts';
import { CARD, KINDS, NAMES, REASONS } from './words.ts';

/** What a card is made of: the frozen manifest, and what stands beside it and cannot change either. */
export type CardFacts = {
	manifest: Manifest;
	sha256: string;
	/** Slug of the project. */
	project: string;
	/** ISO 8601. */
	frozenAt: string;
	savedRule: { name: string; version: number } | null;
	/** Versions of the project's guideline by the hash of their text; they are never changed. */
	guidelineVersions: ReadonlyMap<string, number>;
};

export type CardTable = { columns: string[]; rows: string[][]; /** Columns of numbers stand at the end. */ numbers: boolean };
export type CardSection = { key: string; title: string; text: string[]; tables: CardTable[]; list: string[] };
/** A data card, to be shown as a page or written as Markdown. */
export type DataCard = { title: string; lead: string; sections: CardSection[]; foot: string };

type Say = (key: keyof typeof CARD) => string;
type Of = { facts: CardFacts; say: Say; locale: Locale };

const section = (key: string, title: string, more: Partial<Omit<CardSection, 'key' | 'title'>> = {}): CardSection => ({ key, title, text: [], tables: [], list: [], ...more });
const nameOf = (name: string, locale: Locale): string => NAMES[name]?.[locale] ?? name;

function summary({ facts, say, locale }: Of): CardSection {
	const { manifest, savedRule } = facts;
	const { splits, totals, heldOut, rewrites } = manifest;
	const rows: [string, string][] = [
		[say('objective'), manifest.objective.toUpperCase()],
		[say('project'), facts.project],
		[say('trainRows'), count(splits.train.rows, locale)],
		[say('devRows'), count(splits.dev.rows, locale)],
		[say('testRows'), count(splits.test.rows, locale)],
		[say('heldOut'), count(heldOut.rows, locale)],
		[say('prompts'), count(totals.prompts, locale)],
		[say('comparisons'), count(totals.comparisons, locale)],
		[say('judgments'), count(totals.judgments, locale)],
		...(rewrites.used > 0 ? [[say('rewrites'), count(rewrites.used, locale)] as [string, string]] : []),
		...(savedRule ? [[say('savedRule'), `${savedRule.name} · ${say('version')} ${count(savedRule.version, locale)}`] as [string, string]] : []),
		[say('frozen'), facts.frozenAt.slice(0, 10)],
		[say('format'), String(manifest.format.version)],
		[say('sha256'), facts.sha256]
	];
	return section('summary', say('summary'), { tables: [{ columns: [say('what'), say('value')], rows, numbers: false }] });
}

function judges({ facts: { manifest }, say, locale }: Of): CardSection {
	const { judgedBy } = manifest;
	if (!judgedBy) return section('judges', say('judges'), { text: [say('unknown')] });
	const { people, origins, votes } = judgedBy;
	const shares = (title: string, list: readonly { name: string; people: number; votes: number }[]): CardTable[] => (list.length === 0 ? [] : [{ columns: [title, say('people'), say('votes')], rows: list.map((one) => [nameOf(one.name, locale), count(one.people, locale), count(one.votes, locale)]), numbers: true }]);
	return section('judges', say('judges'), {
		text: [say('judgesText')],
		tables: [
			{ columns: [say('origin'), say('sources'), say('votes')], rows: origins.map((one) => [nameOf(one.origin, locale), count(one.judges, locale), count(one.votes, locale)]), numbers: true },
			...shares(say('role'), people.roles),
			...shares(say('skill'), people.skills),
			{ columns: [say('perComparison'), say('comparisons')], rows: votes.flatMap((n, i) => (n > 0 ? [[i === votes.length - 1 ? `${i} ${say('orMore')}` : String(i), count(n, locale)]] : [])), numbers: true }
		]
	});
}

function agreement({ facts: { manifest }, say, locale }: Of): CardSection {
	const { judgedBy } = manifest;
	if (!judgedBy) return section('agreement', say('agreement'), { text: [say('unknown')] });
	const line = (name: string, { value, low, high, n }: AgreementFigure): string[] => [name, value === null ? '—' : figure(value, locale), low === null || high === null ? say('none') : `${figure(low, locale)} – ${figure(high, locale)}`, count(n, locale)];
	const compared = judgedBy.votes.slice(2).reduce((sum, n) => sum + n, 0);
	return section('agreement', say('agreement'), {
		text: [say('agreementText')],
		tables: [
			{
				columns: [say('measure'), say('estimate'), say('interval'), 'n'],
				rows: [
					line(say('alpha'), judgedBy.alpha),
					...(judgedBy.alphaOrdinal ? [line(say('alphaOrdinal'), judgedBy.alphaOrdinal)] : []),
					...(compared > 0 ? [[say('unanimous'), percent(judgedBy.unanimous / compared, locale), '', count(compared, locale)]] : []),
					[say('adjudicated'), count(judgedBy.adjudicated, locale), '', count(manifest.totals.comparisons, locale)]
				],
				numbers: true
			}
		]
	});
}

function instructions({ facts: { manifest, guidelineVersions }, say, locale }: Of): CardSection {
	const versionOf = (sha256: string): string => {
		const version = guidelineVersions.get(sha256);
		return `${version === undefined ? '' : `${say('version')} ${count(version, locale)} · `}${sha256.slice(0, 12)}`;
	};
	const used = manifest.judgedBy?.guidelines.map(({ sha256, judgments }) => [sha256 === null ? say('noGuideline') : versionOf(sha256), count(judgments, locale)]) ?? manifest.guidelines.map((sha256) => [versionOf(sha256), '—']);
	return section('guideline', say('guideline'), {
		text: [...(manifest.guidelines.length === 0 ? [say('noGuidelines')] : []), ...(manifest.systemPrompts.length > 0 ? [`${say('systemPrompts')} ${manifest.systemPrompts.map((sha256) => sha256.slice(0, 12)).join(', ')}`] : [])],
		tables: used.length > 0 ? [{ columns: [say('guidelineText'), say('judgments')], rows: used, numbers: true }] : []
	});
}

function rule({ facts: { manifest }, say, locale }: Of): CardSection {
	const { caps, rounds: _, filter, ...others } = manifest.rule;
	const said: Readonly<Record<string, unknown>> = { ...others, rounds: (filter as { rounds?: number[] } | undefined)?.rounds, ...Object.fromEntries(Object.entries((caps as typeof caps | undefined) ?? {}).map(([of, cap]) => [`caps.${of}`, cap])) };
	const rows = RULE_SETTINGS.flatMap((setting) => (said[setting] === undefined ? [] : [[settingName(setting, locale), settingValue(setting, said[setting] as never, locale)]]));
	return section('rule', say('rule'), { tables: [{ columns: [say('setting'), say('value')], rows, numbers: false }] });
}

function fate({ facts: { manifest }, say, locale }: Of): CardSection {
	const { used, dropped } = manifest.judgments;
	const rows = DROP_REASONS.flatMap((reason) => (dropped[reason] ? [[REASONS[reason][locale], count(dropped[reason], locale)]] : []));
	return section('fate', say('fate'), { tables: [{ columns: [say('outcome'), say('judgments')], rows: [[say('used'), count(used, locale)], ...rows, [say('total'), count(manifest.totals.judgments, locale)]], numbers: true }] });
}

/** “256–511”: the band that begins there. */
const band = (from: string): string => (Number(from) > 0 ? `${from}–${Number(from) * 2 - 1}` : from);

function made({ facts: { manifest }, say, locale }: Of): CardSection {
	const { composition, lengthBias } = manifest;
	if (!composition) return section('made', say('made'), { text: [say('unknown')] });
	const table = (title: string, shares: readonly Share[], named: (name: string) => string): CardTable => ({
		columns: [title, say('train'), say('dev'), say('test')],
		rows: shares.map((share) => [share.name === OTHERS ? say('others') : named(share.name), count(share.train, locale), count(share.dev, locale), count(share.test, locale)]),
		numbers: true
	});
	const share = lengthBias && lengthBias.pairs > 0 ? `${say('longer')}${locale === 'zh' ? '：' : ': '}${percent(lengthBias.longerChosen / lengthBias.pairs, locale)}${lengthBias.low === null || lengthBias.high === null ? '' : ` (${percent(lengthBias.low, locale)} – ${percent(lengthBias.high, locale)})`}, n ${count(lengthBias.pairs, locale)}` : null;
	return section('made', say('made'), {
		text: [...(share === null ? [] : [share]), ...(composition.tags ? [] : [say('tagsLeftOut')])],
		tables: [
			...(composition.tags ? [table(say('tag'), composition.tags, (name) => name || say('noTag'))] : []),
			table(say('language'), composition.languages, (name) => name || say('noLanguage')),
			table(say('answerSource'), composition.sources, (name) => nameOf(name, locale)),
			...(composition.lengths ? [table(say('length'), composition.lengths, band)] : [])
		]
	});
}

function hidden({ facts: { manifest }, say, locale }: Of): CardSection {
	const { desensitised } = manifest;
	if (!desensitised) return section('hidden', say('hidden'), { text: [say('unknown')] });
	const rows = Object.entries(desensitised.found).map(([kind, { flag = 0, mask = 0, placeholder = 0 }]) => [KINDS[kind as keyof typeof KINDS][locale], count(mask + placeholder, locale), count(flag, locale)]);
	return section('hidden', say('hidden'), {
		text: [say(({ all: 'looked', some: 'lookedSome', none: 'lookedNone' } as const)[desensitised.looked]), ...(rows.length > 0 ? [say('hiddenText')] : [])],
		tables: rows.length > 0 ? [{ columns: [say('kind'), say('replaced'), say('flagged')], rows, numbers: true }] : []
	});
}

function limits({ facts: { manifest }, say, locale }: Of): CardSection {
	const list = knownLimits(manifest).map((limit) => limitWords(limit, locale));
	return section('limits', say('limits'), { text: [list.length > 0 ? say('limitsText') : say('noLimits')], list });
}

const SECTIONS = [summary, limits, judges, agreement, instructions, rule, fate, made, hidden];

/** The card of a snapshot: every figure from its manifest, so that it says the same for ever. */
export function dataCard(facts: CardFacts, locale: Locale): DataCard {
	const say: Say = (key) => CARD[key][locale];
	const objective = facts.manifest.objective.toUpperCase();
	return {
		title: `${say('title')} · ${objective} · ${facts.sha256.slice(0, 12)}`,
		lead: locale === 'zh' ? `${say('about')} ${objective}。` : `${say('about')} ${objective}.`,
		sections: SECTIONS.map((write) => write({ facts, say, locale })),
		foot: say('immutable')
	};
}
