import { changesOf } from './changes.ts';

/** Compares two versions off the page's thread. Loaded with the first comparison somebody asks for. */
export type Versions = { before: string; after: string };

self.onmessage = ({ data: { before, after } }: MessageEvent<Versions>) => {
	self.postMessage(changesOf(before, after));
};
