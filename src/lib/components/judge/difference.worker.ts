import { differenceOf } from './difference.ts';

/** Compares two answers off the page's thread: long ones take seconds. Loaded with the first difference somebody asks for. */
export type Asked = { id: number; left: string[]; right: string[] };

self.onmessage = ({ data: { id, left, right } }: MessageEvent<Asked>) => {
	self.postMessage({ id, difference: differenceOf(left, right) });
};
