import { canonicalJson } from '../../domain/canonical-json.ts';
import { criteriaToCanonical, formErrors, PLAIN_FORM } from '../../domain/judging-form.ts';
import type { Details } from '../../domain/judging-form.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { rewriteErrors } from '../../domain/rewrite.ts';
import type { Rewrite } from '../../domain/rewrite.ts';
import { notesApart, spanErrors, spansToCanonical } from '../../domain/span.ts';
import type { ShownVerdict } from '../../domain/verdict.ts';
import type { SpanNotes } from '../../domain/span.ts';
import { newSecret, saltedHash } from '../auth/secrets.ts';
import * as answers from '../db/answers.ts';
import type { Tx } from '../db/client.ts';
import type { JudgmentText, NewDetails } from '../db/judgments.ts';
import type { TaskForWork } from '../db/tasks.ts';

/** What a judgment says besides the verdict, as it is sent: sides as shown. */
export type GivenDetails = Details & { verdict: ShownVerdict; rationale?: string | undefined; language?: string | undefined; clientVersion?: string | undefined };

/** Free text goes apart from the record, which keeps its salted hash. */
function textOf(rationale: string, rewrite: Rewrite | null, spanNotes: SpanNotes | null): JudgmentText | null {
	if (rationale === '' && rewrite === null && spanNotes === null) return null;
	const salt = newSecret();
	const words = rewrite === null && spanNotes === null ? rationale : canonicalJson({ rationale, ...(rewrite ? { rewrite } : {}), ...(spanNotes ? { spanNotes } : {}) });
	return { salt, hash: saltedHash(salt, words), rationale: rationale === '' ? null : rationale, rewrite, spanNotes };
}

/** Checks all that a judgment says besides the verdict against the task's form and answers; gives it as it is stored. */
export async function judgmentDetails(tx: Tx, task: TaskForWork, given: GivenDetails): Promise<Result<NewDetails>> {
	const form = task.form ?? PLAIN_FORM;
	const rationale = given.rationale?.trim() ?? '';
	const { spans = [], rewrite } = given;
	const errors = formErrors(form, task.mode, { ...given, rationale });
	// One answer alone lies on the left, whichever order the task drew.
	const order = task.mode === 'single' ? 'ab' : task.sideOrder;
	if (spans.length > 0 || rewrite) {
		const { a, b } = await answers.of(tx, task.comparisonId);
		const shown = order === 'ab' || b === null ? { left: a, right: b } : { left: b, right: a };
		errors.push(...spanErrors(form.spans, spans, shown), ...(rewrite ? rewriteErrors(form, { verdict: given.verdict, rewrite }, shown) : []));
	}
	if (errors[0]) return fail('invalid_input', `${errors[0].field}: ${errors[0].message}`, { errors });
	const marks = notesApart(spansToCanonical(order, spans));
	return ok({
		strength: given.strength ?? null,
		criteria: given.criteria ? criteriaToCanonical(order, given.criteria) : null,
		reasons: given.reasons ?? null,
		spans: spans.length > 0 ? marks.spans : null,
		language: given.language ?? null,
		clientVersion: given.clientVersion ?? null,
		text: textOf(rationale, rewrite ? { side: (rewrite.side === 'left') === (order === 'ab') ? 'a' : 'b', messages: rewrite.messages } : null, marks.notes)
	});
}
