import type { ClientInit } from '@sveltejs/kit';

/** Before a page comes alive: what the server told in the reader's language stays told in it. Where the book cannot be had the page comes alive all the same, and tells it in English. */
export const init: ClientInit = async () => {
	if (document.querySelector('[data-detail]') === null) return;
	await import('#lib/components/ui/details.svelte.ts').then(({ openDetails }) => openDetails()).catch(() => undefined);
};
