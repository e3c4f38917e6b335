import type { Attachment } from 'svelte/attachments';
import { HEADING_PREFIX, headingNames } from './headings.ts';

/** A heading somebody wants to be brought to; `asked` makes asking twice two askings. */
export type Place = { heading: string; asked: number };

let done = 0;

function bring(root: Element, heading: string): boolean {
	const found = root.querySelector<HTMLElement>(`#${CSS.escape(HEADING_PREFIX + heading)}`);
	if (!found) return false;
	found.tabIndex = -1;
	found.scrollIntoView({ block: 'start' });
	found.focus({ preventScroll: true });
	return true;
}

/**
 * Gives the headings of a text their ids, also when it is rendered again, and
 * brings the reader to the one that is wanted as soon as it is there.
 */
export function withHeadings(place: Place | null): Attachment {
	return (root) => {
		const name = (): void => {
			const headings = [...root.querySelectorAll('.document :is(h3, h4, h5, h6)')];
			const names = headingNames(headings.map(({ textContent }) => textContent));
			headings.forEach((heading, index) => (heading.id = HEADING_PREFIX + (names[index] ?? '')));
			if (place && place.asked > done && bring(root, place.heading)) done = place.asked;
		};
		name();
		const observer = new MutationObserver(name);
		observer.observe(root, { childList: true, subtree: true });
		return () => observer.disconnect();
	};
}
