import { createAttachmentKey } from 'svelte/attachments';

export type Align = 'start' | 'center' | 'end';

const MARGIN = 8;
const GAP = 6;

/** Puts what floats beneath what opened it (above where there is more room), whole within the window. */
function place(box: HTMLElement, opener: Element, align: Align): void {
	const at = opener.getBoundingClientRect();
	const { clientWidth, clientHeight } = document.documentElement;
	box.style.maxHeight = '';
	const { offsetWidth: width, offsetHeight: height } = box;
	const startsLeft = (align === 'start') === (getComputedStyle(opener).direction === 'ltr');
	const wanted = align === 'center' ? at.left + (at.width - width) / 2 : startsLeft ? at.left : at.right - width;
	const [under, over] = [clientHeight - at.bottom - GAP - MARGIN, at.top - GAP - MARGIN];
	const below = height <= under || under >= over;
	box.style.left = `${Math.max(MARGIN, Math.min(wanted, clientWidth - width - MARGIN))}px`;
	box.style.top = `${below ? at.bottom + GAP : Math.max(MARGIN, at.top - GAP - height)}px`;
	box.style.maxHeight = `${Math.max(0, below ? under : over)}px`;
}

/**
 * What floats and what opens it: the browser's own popover, which lies above
 * everything, closes by Escape and by a press elsewhere and gives the focus back.
 */
export class Floating {
	opener: HTMLElement | null = null;
	box: HTMLElement | null = null;
	readonly #align: () => Align;

	constructor(align: () => Align) {
		this.#align = align;
	}

	/** For the control that opens it. */
	readonly opens = {
		[createAttachmentKey()]: (node: HTMLElement) => {
			this.opener = node;
		}
	};

	/** For what floats: keeps it in its place while it is shown, before it is painted and when it grows. */
	readonly floats = {
		[createAttachmentKey()]: (node: HTMLElement) => {
			this.box = node;
			const follow = (): void => {
				if (this.opener && node.matches(':popover-open')) place(node, this.opener, this.#align());
			};
			// The first look at its size comes before it is painted.
			const observer = new ResizeObserver(follow);
			observer.observe(node);
			window.addEventListener('scroll', follow, { passive: true, capture: true });
			window.addEventListener('resize', follow);
			return () => {
				observer.disconnect();
				window.removeEventListener('scroll', follow, { capture: true });
				window.removeEventListener('resize', follow);
			};
		}
	};

	get shown(): boolean {
		return this.box?.matches(':popover-open') ?? false;
	}

	show(open: boolean): void {
		if (open === this.shown) return;
		if (open) this.box?.showPopover();
		else this.box?.hidePopover();
	}
}
