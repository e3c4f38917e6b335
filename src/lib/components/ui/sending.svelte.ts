import type { SubmitFunction } from '@sveltejs/kit';

/** What may be said of a form: whether it empties itself once it was taken, and what is done then, or when it was refused. */
type Options = Partial<Record<'taken' | 'refused', (data: Record<string, unknown> | undefined) => void>> & { resets?: boolean };

/** A form that is sent without leaving its page: whether it is on its way, and what `use:enhance` takes. */
export function sending({ resets = false, taken = () => undefined, refused = () => undefined }: Options = {}): { readonly busy: boolean; submit: SubmitFunction } {
	let busy = $state(false);
	return {
		get busy() {
			return busy;
		},
		submit: () => {
			busy = true;
			return async ({ result, update }) => {
				await update({ reset: resets && result.type === 'success' });
				busy = false;
				if (result.type === 'success') taken(result.data);
				if (result.type === 'failure') refused(result.data);
			};
		}
	};
}
