import type { Benchmark } from '#lib/domain/suite/benchmark.ts';
import { isReward } from '#lib/domain/suite/check.ts';
import type { Check, CheckKind, JudgeSettings, SuiteDefinition } from '#lib/domain/suite/check.ts';

/** A check as it is being written: everything that any kind asks for, as the controls hold it. */
export type DraftCheck = {
	key: number;
	name: string;
	kind: CheckKind;
	wanted: boolean;
	pattern: string;
	texts: string;
	all: boolean;
	schema: string;
	min: string;
	max: string;
	language: 'en' | 'zh';
	reference: string;
	least: string;
	endpointId: string;
	question: string;
	ignoreCase: boolean;
};

/** A benchmark as it is being written: its questions stay as they were brought. */
export type DraftBenchmark = { key: number; name: string; system: string; limit: string; of: Benchmark };

/** A suite as it is being written. */
export type DraftSuite = { checks: DraftCheck[]; benchmarks: DraftBenchmark[]; /** Own questions, one a line. */ own: string; ownSystem: string; prompts: string; samples: string; temperature: string; maxTokens: string; /** Who compares, as the control offers it (`judgeChoice`); empty: nobody. */ judge: string; judgeInstruction: string };

let keys = 0;

/** An empty check of a kind, under a name. */
export function newCheck(kind: CheckKind, name: string): DraftCheck {
	return { key: ++keys, name, kind, wanted: kind !== 'refusal', pattern: '', texts: '', all: false, schema: '', min: '', max: '', language: 'en', reference: '', least: '0.5', endpointId: '', question: '', ignoreCase: true };
}

const number = (value: number | null): string => (value === null ? '' : String(value));

/** A stored check as its controls show it. */
export function toDraft(check: Check): DraftCheck {
	const draft = newCheck(check.kind, check.name);
	switch (check.kind) {
		case 'regex':
			return { ...draft, pattern: check.pattern, ignoreCase: check.ignoreCase, wanted: check.wanted };
		case 'contains':
			return { ...draft, texts: check.texts.join('\n'), all: check.all, ignoreCase: check.ignoreCase, wanted: check.wanted };
		case 'json_schema':
			return { ...draft, schema: JSON.stringify(check.schema, null, 2) };
		case 'length':
			return { ...draft, min: number(check.min), max: number(check.max) };
		case 'language':
			return { ...draft, language: check.language };
		case 'similarity':
			return { ...draft, reference: check.reference, least: number(check.least), wanted: check.wanted };
		case 'rubric':
			return { ...draft, endpointId: check.endpointId, question: check.question, wanted: check.wanted };
		case 'refusal':
		case 'citation':
			return { ...draft, wanted: check.wanted };
		default:
			return draft;
	}
}

/** A number as it was typed; null when nothing was. What is no number is sent as it is, and refused with the reason. */
const typed = (text: string): number | string | null => (String(text ?? '').trim() === '' ? null : Number.isFinite(Number(text)) ? Number(text) : text);

/** JSON as it was typed; what is none is sent as text, and refused with the reason. */
function parsed(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return text;
	}
}

/** A check as the API takes it: only what its kind asks for. Not yet known to be valid. */
export function fromDraft(draft: DraftCheck): Record<string, unknown> {
	const { name, kind, wanted, ignoreCase } = draft;
	const of: { [kind in CheckKind]?: Record<string, unknown> } = {
		regex: { pattern: draft.pattern, ignoreCase, wanted },
		contains: { texts: draft.texts.split('\n').map((line) => line.trim()).filter(Boolean), all: draft.all, ignoreCase, wanted },
		json_schema: { schema: parsed(draft.schema) },
		length: { min: typed(draft.min), max: typed(draft.max) },
		language: { language: draft.language },
		refusal: { wanted },
		citation: { wanted },
		similarity: { reference: draft.reference, least: typed(draft.least), wanted },
		rubric: { endpointId: draft.endpointId, question: draft.question, wanted }
	};
	return { name, kind, ...of[kind] };
}

/** A benchmark as its controls show it. */
export const toDraftBenchmark = (of: Benchmark): DraftBenchmark => ({ key: ++keys, name: of.name, system: of.system ?? '', limit: of.kind === 'public' ? String(of.limit) : '', of });

/** A benchmark as the API takes it. Not yet known to be valid. */
export function fromDraftBenchmark({ name, system, limit, of }: DraftBenchmark): Record<string, unknown> {
	return { ...of, name, system: system.trim() === '' ? null : system, ...(of.kind === 'public' ? { limit: typed(limit) } : {}) };
}

/** A question on one line: the API takes some of several. */
const toLine = (question: string): string => question.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
const fromLine = (line: string): string => line.replaceAll(/\\([\\n])/gu, (_, sign: string) => (sign === 'n' ? '\n' : '\\')).trim();

/** A judge among those that the control offers: endpoints and reward models in one list. */
export const judgeChoice = (of: { endpointId: string } | { checkpointId: string }): string => ('checkpointId' in of ? `checkpoint:${of.checkpointId}` : `endpoint:${of.endpointId}`);

/** Whether a choice is an endpoint, which must be told what makes an answer the better one. */
export const takesInstruction = (choice: string): boolean => choice.startsWith('endpoint:');

function judgeOf({ judge, judgeInstruction }: DraftSuite): JudgeSettings | null {
	const id = judge.slice(judge.indexOf(':') + 1);
	if (judge === '') return null;
	return takesInstruction(judge) ? { endpointId: id, instruction: judgeInstruction } : { checkpointId: id };
}

/** A stored suite as its controls show it; `nameOf` names checks that nobody has named yet in the reader's language. */
export function toDraftSuite(suite: SuiteDefinition, nameOf: (check: Check) => string = ({ name }) => name): DraftSuite {
	return {
		checks: suite.checks.map((check) => ({ ...toDraft(check), name: nameOf(check) })),
		benchmarks: (suite.benchmarks ?? []).map(toDraftBenchmark),
		own: suite.own?.questions.map(toLine).join('\n') ?? '',
		ownSystem: suite.own?.system ?? '',
		prompts: String(suite.prompts),
		samples: String(suite.samples),
		temperature: String(suite.temperature),
		maxTokens: String(suite.maxTokens),
		judge: suite.judge ? judgeChoice(suite.judge) : '',
		judgeInstruction: suite.judge && !isReward(suite.judge) ? suite.judge.instruction : ''
	};
}

/** A suite as the API takes it; what the page does not ask for stays as it was. */
export function fromDraftSuite(draft: DraftSuite, before: SuiteDefinition): Record<string, unknown> {
	const own = draft.own.split('\n').map(fromLine).filter(Boolean);
	return {
		checks: draft.checks.map(fromDraft),
		prompts: typed(draft.prompts),
		samples: typed(draft.samples),
		temperature: typed(draft.temperature),
		topP: before.topP,
		maxTokens: typed(draft.maxTokens),
		seed: before.seed,
		judge: judgeOf(draft),
		...(own.length > 0 ? { own: { system: draft.ownSystem.trim() === '' ? null : draft.ownSystem, questions: own } } : {}),
		...(draft.benchmarks.length > 0 ? { benchmarks: draft.benchmarks.map(fromDraftBenchmark) } : {})
	};
}
