import type { RowKind } from '../mapping.ts';
import type { TrainingRow } from '../training-row.ts';
import { partsOf } from './parts.ts';

/** Columns of the flat formats, in their order. Messages and image names are JSON texts: no cell has two readings. */
export const COLUMNS: Readonly<Record<RowKind, readonly string[]>> = {
	pair: ['prompt', 'chosen', 'rejected', 'images', 'rejected_images'],
	labelled: ['prompt', 'completion', 'label', 'images'],
	accepted: ['prompt', 'completion', 'images']
};

/** A row as cells, for Parquet and CSV (read with any table reader, e.g. `datasets`, pandas, DuckDB). */
export function tableCells(row: TrainingRow): (string | boolean)[] {
	const parts = partsOf(row);
	if ('label' in parts) return [JSON.stringify(parts.prompt), JSON.stringify(parts.completion), parts.label, JSON.stringify(parts.images)];
	if ('completion' in parts) return [JSON.stringify(parts.prompt), JSON.stringify(parts.completion), JSON.stringify(parts.images)];
	return [JSON.stringify(parts.prompt), JSON.stringify(parts.chosen), JSON.stringify(parts.rejected), JSON.stringify(parts.images), JSON.stringify(parts.rejectedImages)];
}
