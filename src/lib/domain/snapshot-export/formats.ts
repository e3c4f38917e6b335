/** Formats in which a snapshot's rows leave. */
export const EXPORT_FORMATS = ['ms-swift', 'trl', 'llama-factory', 'openai', 'together', 'parquet', 'csv', 'hf'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** How a format's file ends and what it is to a browser. */
export const EXPORT_FILES: Readonly<Record<ExportFormat, { ending: string; type: string }>> = {
	'ms-swift': { ending: '.jsonl', type: 'application/x-ndjson' },
	trl: { ending: '.trl.jsonl', type: 'application/x-ndjson' },
	'llama-factory': { ending: '.llama-factory.zip', type: 'application/zip' },
	openai: { ending: '.openai.jsonl', type: 'application/x-ndjson' },
	together: { ending: '.together.jsonl', type: 'application/x-ndjson' },
	parquet: { ending: '.parquet', type: 'application/vnd.apache.parquet' },
	csv: { ending: '.csv', type: 'text/csv; charset=utf-8' },
	hf: { ending: '.hf.zip', type: 'application/zip' }
};

/** A row that a format has no words for: the whole export is refused, no row is dropped. The message is for people. */
export class Unexportable extends Error {}
