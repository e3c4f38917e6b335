import * as v from 'valibot';

/** Labels that one worker has, or one run asks for. */
export const MOST_LABELS = 20;

/** What an operator calls something of a host that nobody could find out by asking it: `npu`, `ascend-910b`, `eu-west`. */
export const WorkerLabelSchema = v.pipe(v.string(), v.regex(/^[a-z0-9]([a-z0-9._-]{0,38}[a-z0-9])?$/, 'small letters, digits, dots and dashes, 40 at most, such as npu or ascend-910b'));

/** Labels, each once and in order. */
export const WorkerLabelsSchema = v.pipe(v.array(WorkerLabelSchema), v.maxLength(MOST_LABELS, `${MOST_LABELS} labels at most`), v.transform((labels) => [...new Set(labels)].sort()));

/** Whether a worker with these labels may take what asks for those. */
export function hasLabels(labels: readonly string[] | undefined, wanted: readonly string[]): boolean {
	return wanted.every((label) => labels?.includes(label));
}
