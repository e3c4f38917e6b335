import * as v from 'valibot';

/** What is typed and chosen on a pair, as the desk keeps it. Only the person's own desk reads it, so the server keeps it as it is. */
export const DraftBodySchema = v.record(v.string(), v.unknown());
export type DraftBody = v.InferOutput<typeof DraftBodySchema>;
