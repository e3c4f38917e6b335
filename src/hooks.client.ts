import type { ClientInit } from '@sveltejs/kit';

/** Before a page comes alive: what the server told in the reader's language stays told in it. */
export const init: ClientInit = async () => {
	if (document.querySelector('[data-detail]') === null) return;
	const { openDetails } = await import('#lib/components/ui/details.svelte.ts');
	await openDetails().catch(() => undefined);
};
