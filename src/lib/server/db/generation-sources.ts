import { sql } from 'drizzle-orm';
import type { ExportPlan } from '../../domain/checkpoint-export.ts';
import type { Executor, Tx } from './client.ts';
import { rowsOf } from './rows.ts';

/** A model that answers in a generation, and how far it is. */
export type Source = {
	ordinal: number;
	checkpointId: string | null;
	/** The form that the checkpoint answers in, with its plan and its files' hash; null: as it was trained. */
	exportId: string | null;
	plan: ExportPlan | null;
	form: string | null;
	endpointId: string | null;
	/** What it is called here: the endpoint's or checkpoint's name. */
	name: string;
	/** The model that is asked for, as the endpoint knows it. */
	model: string | null;
	priceIn: number | null;
	priceOut: number | null;
	currency: string | null;
	answered: number;
	missed: number;
	leaked: number;
	promptTokens: number;
	completionTokens: number;
};

type Row = {
	ordinal: number;
	checkpoint_id: string | null;
	export_id: string | null;
	plan: ExportPlan | null;
	form: string | null;
	endpoint_id: string | null;
	name: string;
	model: string | null;
	price_in: number | null;
	price_out: number | null;
	currency: string | null;
	answered: number;
	missed: number;
	leaked: number;
	prompt_tokens: string;
	completion_tokens: string;
};

const toSource = (row: Row): Source => ({
	ordinal: row.ordinal,
	checkpointId: row.checkpoint_id,
	exportId: row.export_id,
	plan: row.plan,
	form: row.form,
	endpointId: row.endpoint_id,
	name: row.name,
	model: row.model,
	priceIn: row.price_in,
	priceOut: row.price_out,
	currency: row.currency,
	answered: row.answered,
	missed: row.missed,
	leaked: row.leaked,
	promptTokens: Number(row.prompt_tokens),
	completionTokens: Number(row.completion_tokens)
});

/** The sources of a generation, the champion first. */
export async function list(db: Executor, generationId: string): Promise<Source[]> {
	const rows = await rowsOf<Row>(
		db,
		sql`select s.*, coalesce(e.name, c.name) as name, e.model, x.plan, x.sha256 as form from generation_sources s left join endpoints e on e.id = s.endpoint_id left join checkpoints c on c.id = s.checkpoint_id
			left join checkpoint_exports x on x.id = s.export_id where s.generation_id = ${generationId} order by s.ordinal`
	);
	return rows.map(toSource);
}

/** A source as it is asked for. */
export type NewSource = { checkpointId: string; exportId?: string } | { endpointId: string };

/** Notes the sources of a generation, endpoints with the prices that they have now. */
export async function insert(tx: Tx, generationId: string, sources: readonly NewSource[]): Promise<void> {
	await tx.execute(sql`insert into generation_sources (generation_id, ordinal, checkpoint_id, export_id, endpoint_id, price_in, price_out, currency)
		select ${generationId}, n.ordinality - 1, (n.value->>'checkpointId')::uuid, (n.value->>'exportId')::uuid, e.id, e.price_in, e.price_out, e.currency
		from jsonb_array_elements(${JSON.stringify(sources)}::jsonb) with ordinality n left join endpoints e on e.id = (n.value->>'endpointId')::uuid`);
}

/** What one more answer adds to a source's tallies. */
export type Tally = Pick<Source, 'answered' | 'missed' | 'leaked' | 'promptTokens' | 'completionTokens'>;

/** Adds to a source's tallies. */
export async function add(tx: Tx, generationId: string, ordinal: number, of: Tally): Promise<void> {
	await tx.execute(sql`update generation_sources set answered = answered + ${of.answered}, missed = missed + ${of.missed}, leaked = leaked + ${of.leaked},
		prompt_tokens = prompt_tokens + ${of.promptTokens}, completion_tokens = completion_tokens + ${of.completionTokens} where generation_id = ${generationId} and ordinal = ${ordinal}`);
}

/** Forgets that answers could not be had, so that they are asked for again. Gives how many. */
export async function forgetMissed(tx: Tx, generationId: string): Promise<number> {
	const rows = await rowsOf<{ n: string }>(
		tx,
		sql`with gone as (delete from generation_answers where generation_id = ${generationId} and missed is not null returning source),
			counted as (update generation_sources s set missed = 0 where s.generation_id = ${generationId})
		select count(*) as n from gone`
	);
	return Number(rows[0]?.n ?? 0);
}
