/** So many are shown: the page beneath scrolls again when the last one is gone. */
let shown = 0;

/** While a dialog stands over the page, the page must not scroll, nor jump by the width of its scroll bar. */
function holdPage(): () => void {
	const { style, clientWidth } = document.documentElement;
	if (shown++ === 0) {
		const bar = window.innerWidth - clientWidth;
		style.overflow = 'hidden';
		if (bar > 0) style.paddingInlineEnd = `${bar}px`;
	}
	return () => {
		if (--shown > 0) return;
		style.overflow = '';
		style.paddingInlineEnd = '';
	};
}

/**
 * Shows a dialog over everything else; what it gives back takes it away. The browser keeps the
 * focus inside, makes the rest of the page inert and brings the focus back.
 */
export function showModal(box: HTMLDialogElement): () => void {
	const before = document.activeElement;
	const release = holdPage();
	box.showModal();
	// A field that asks for it, else the dialog itself: its title is read out, and Enter does nothing by accident.
	(box.querySelector<HTMLElement>('[data-autofocus]') ?? box).focus();
	return () => {
		release();
		box.close();
		// Taken out of the page while open: then the browser brings nothing back.
		if (!box.isConnected && before instanceof HTMLElement) before.focus({ preventScroll: true });
	};
}

/** Whether a press was on the dimmed page around a dialog. */
export function isOutside(event: MouseEvent, box: HTMLDialogElement | null): boolean {
	if (!box || event.target !== box) return false;
	const { left, right, top, bottom } = box.getBoundingClientRect();
	return event.clientX < left || event.clientX > right || event.clientY < top || event.clientY > bottom;
}
