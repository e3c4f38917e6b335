import { countFindings } from '../../domain/desensitisation/counts.ts';
import type { FindingCounts } from '../../domain/desensitisation/counts.ts';
import { createLedger } from '../../domain/desensitisation/ledger.ts';
import { maskRecord } from '../../domain/desensitisation/mask-record.ts';
import type { RecordFinding } from '../../domain/desensitisation/mask-record.ts';
import { maskText } from '../../domain/desensitisation/mask-text.ts';
import { looksForNames } from '../../domain/desensitisation/settings.ts';
import type { RowError, StagedRow } from '../../domain/import-row.ts';
import type { App } from '../app.ts';
import type { Tx } from '../db/client.ts';
import * as findings from '../db/findings.ts';
import type { NewFinding } from '../db/findings.ts';
import type { ProjectRules } from '../desensitisation/project-rules.ts';

/** What reading a record gives: its row, or what is wrong with it. */
export type RowRead = { ok: true; row: StagedRow } | { ok: false; error: { field: string | null; message: string } };

/** A row as it is staged: `sealed` is its record, encrypted, for who looks through it again. */
export type MaskedRow = StagedRow & { sealed?: string };

/** Stands between reading a row and staging it: nothing that a project wants hidden comes past it. */
export type RowMasker = {
	/** Whether rows wait for a worker that looks for names before anything is made of them. */
	names: boolean;
	/** Reads a record after everything in it was dealt with; also the words of an error are. */
	read: (record: { line: number; value: unknown } | { line: number; error: string }, read: (value: unknown) => RowRead) => RowRead;
	/** A sentence or name that goes into the record. */
	text: (text: string) => string;
	/** The name of a file; where names are looked for, none is kept. */
	fileName: (name: string | null) => string | null;
	/** Keeps what was found in these rows, in the transaction that stages them; gives the rows as they are to be staged. */
	keep: (tx: Tx, importId: string, rows: readonly StagedRow[]) => Promise<MaskedRow[]>;
};

/** A project that looks for nothing. */
export const TAKES_ALL: RowMasker = {
	names: false,
	read: (record, read) => ('error' in record ? { ok: false, error: { field: null, message: record.error } } : read(record.value)),
	text: (text) => text,
	fileName: (name) => name,
	keep: (_tx, _importId, rows) => Promise.resolve([...rows])
};

/** Findings that are kept of one import where originals are not; counts are exact. */
const MOST_KEPT = 100_000;
const AROUND = 40;

/** Where a row's encrypted record lies. */
export const recordPlace = (importId: string, line: number) => `import-row:${importId}:${line}`;
/** Where a finding's encrypted original lies. */
export const originalPlace = (importId: string, position: number) => `finding:${importId}:${position}`;

/** What parsers quote of a line may be half of a number, which no rule knows any more. */
const withoutQuotes = (message: string) => message.replace(/(["'“`]).*["'”`]/su, '…');
/** A name in a message cannot be found before a worker looks: what a row brought is left out, and the names of files within an archive. */
const withoutValues = (message: string) => message.replace(/received ".*"/su, 'received something else').replace(/^\(.*, (line \d+)\) /u, '($1) ');

/** Cuts at a whole sign. */
const cut = (text: string, start: number, end: number) => text.slice(start, end).replace(/^\p{Cs}|\p{Cs}$/gu, '');

/** Some of the text around a stretch of it. */
export const around = (text: string, start: number, end: number) => ({ before: cut(text, Math.max(0, start - AROUND), start), after: cut(text, end, end + AROUND) });

/** Findings of one row as they are kept, from this place on. */
export async function toKept(app: Pick<App, 'secrets'>, rules: ProjectRules, of: { importId: string; line: number; matter: string | null; findings: readonly RecordFinding[]; after: number; /** False while the text around may hold names that nobody looked for yet. */ around: boolean }): Promise<NewFinding[]> {
	const kept: NewFinding[] = [];
	for (const [index, { field, kind, action, original, start, end, text }] of of.findings.entries()) {
		const position = of.after + index + 1;
		if (rules.settings.originals === 'discard' && position > MOST_KEPT) break;
		const seals = rules.settings.originals === 'encrypt' && action !== 'flag';
		kept.push({
			line: of.line, position, field: maskText(field, rules, createLedger().placeholderFor).text.slice(0, 300), kind, action, matter: of.matter,
			shown: text.slice(start, end).slice(0, 300), ...(of.around ? around(text, start, end) : { before: '', after: '' }),
			valueKey: rules.valueKey(kind, original),
			sealed: seals ? await app.secrets.seal(original, originalPlace(of.importId, position)) : null
		});
	}
	return kept;
}

/** The masker of one import. */
export function rowMasker(app: Pick<App, 'secrets'>, rules: ProjectRules, of: { projectId: string; dryRun: boolean }): RowMasker {
	const names = looksForNames(rules.settings);
	const waiting = new Map<number, { value: unknown; findings: RecordFinding[] }>();
	let counts: FindingCounts = {};
	let position = 0;
	const text = (given: string) => maskText(given, rules, createLedger().placeholderFor).text;
	const error = ({ field, message }: { field: string | null; message: string }) => ({ ok: false as const, error: { field: field === null ? null : text(field), message: text(names ? withoutValues(message) : message) } });
	return {
		names,
		text: (given) => text(names ? withoutValues(withoutQuotes(given)) : withoutQuotes(given)),
		fileName: (name) => (name === null ? null : names ? (/\.[A-Za-z\d]{1,10}(?:\.gz)?$/u.exec(name)?.[0] ?? null) : text(name)),
		read: (record, read) => {
			if ('error' in record) return error({ field: null, message: withoutQuotes(record.error) });
			const masked = maskRecord(record.value, rules, rules.pseudonym);
			if (masked.refused) return error(masked.refused as RowError);
			const result = read(masked.value);
			if (!result.ok) return error(result.error);
			waiting.set(record.line, { value: masked.value, findings: masked.findings });
			return result;
		},
		keep: async (tx, importId, rows) => {
			const staged: MaskedRow[] = [];
			for (const row of rows) {
				const { value, findings: found } = waiting.get(row.line) ?? { value: null, findings: [] };
				await findings.insert(tx, { projectId: of.projectId, importId, findings: await toKept(app, rules, { importId, line: row.line, matter: row.matter, findings: found, after: position, around: !names }) });
				position += found.length;
				counts = countFindings(found, counts);
				const sealed = names || of.dryRun ? await app.secrets.seal(JSON.stringify(value), recordPlace(importId, row.line)) : undefined;
				// Until names were looked for, nothing of the row lies open: not its words, nor hashes that would tell one row from another.
				staged.push(names ? { line: row.line, promptHash: '', groupKey: '', split: 'train', systemPromptId: null, messages: [], tags: null, matter: null, requires: [], language: null, responses: [], pairs: [], ...(sealed === undefined ? {} : { sealed }) } : { ...row, ...(sealed === undefined ? {} : { sealed }) });
			}
			waiting.clear();
			await findings.addCounts(tx, importId, { version: rules.version, counts });
			return staged;
		}
	};
}
