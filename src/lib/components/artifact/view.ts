/** How an image is looked at: enlarged so many times beside fitting the box, and moved from the box's middle in pixels. */
export type View = { scale: number; x: number; y: number };
export type Size = { width: number; height: number };
export type Point = { x: number; y: number };

export const WHOLE: View = { scale: 1, x: 0, y: 0 };
export const MOST_ENLARGED = 16;
/** One press of + or −. */
export const STEP = 1.5;

/** An image's size when it fits the box whole; never larger than its pixels unless they are few. */
export function fitted(image: Size, box: Size): Size {
	const scale = Math.min(box.width / image.width, box.height / image.height);
	return Number.isFinite(scale) ? { width: image.width * scale, height: image.height * scale } : { width: 0, height: 0 };
}

/** The view moved back so far that the image cannot be lost: what fits stays in the middle, what is larger covers the box. */
export function held(view: View, image: Size, box: Size): View {
	const shown = fitted(image, box);
	const room = (side: number, of: number) => Math.max(0, (side * view.scale - of) / 2);
	const within = (value: number, most: number) => Math.min(most, Math.max(-most, value)) + 0;
	return { scale: view.scale, x: within(view.x, room(shown.width, box.width)), y: within(view.y, room(shown.height, box.height)) };
}

/** Enlarged so many times more, the point under the hand staying there. The point is measured from the box's middle. */
export function zoomed(view: View, times: number, at: Point, image: Size, box: Size): View {
	const scale = Math.min(MOST_ENLARGED, Math.max(1, view.scale * times));
	const grown = scale / view.scale;
	return held({ scale, x: at.x - (at.x - view.x) * grown, y: at.y - (at.y - view.y) * grown }, image, box);
}

/** Moved by so many pixels. */
export function moved(view: View, by: Point, image: Size, box: Size): View {
	return held({ scale: view.scale, x: view.x + by.x, y: view.y + by.y }, image, box);
}
