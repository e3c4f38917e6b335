import type { SubmitFunction } from '@sveltejs/kit';

/** What may be said of a form: whether it empties itself once it was taken, and what is done then. */
type Options = { resets?: boolean; taken?: (data: Record<string, unknown> | undefined) => void };

/** A form that is sent without leaving its page: whether it is on its way, and what `use:enhance` takes. */
export function sending({ resets = false, taken = () => undefined }: Options = {}): { readonly busy: boolean; submit: SubmitFunction } {
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
			};
		}
	};
}
