/** Why a form did not reach its answer: no network, or the server broke over it. `gone`: what the form stood for has ended. */
export type Trouble = 'unreachable' | 'unexpected' | 'gone';

/**
 * What happened to a post that got no answer of the form's own. Without this
 * SvelteKit would put the error page in the form's place, and what was typed
 * would be lost. `options` go into `superForm`.
 */
export function createPosting() {
	let trouble = $state<Trouble | null>(null);
	return {
		get trouble(): Trouble | null {
			return trouble;
		},
		options: {
			onSubmit: (): void => void (trouble = null),
			// The front door is no page of the router's; and who comes in gets everything afresh.
			onResult: ({ result, cancel }: { result: { type: string; location?: string }; cancel: () => void }): void => {
				if (result.type !== 'redirect' || result.location === undefined) return;
				cancel();
				location.assign(result.location);
			},
			onError: ({ result }: { result: { status?: number | undefined; error: unknown } }): void => {
				// superforms gives a failed fetch the status 500; only the server's own answer is no Error.
				if (result.error instanceof Error) trouble = 'unreachable';
				else trouble = result.status === 410 ? 'gone' : 'unexpected';
			}
		}
	};
}
