/**
 * Parts of the desk that the first pair does not need: what its keys open, and what it says when no pair lies on it.
 * Fetched in one file with the first sign of somebody at work, so that they also open once the network is gone.
 */
export { default as BookmarkNote } from './BookmarkNote.svelte';
export { default as DeskState } from './DeskState.svelte';
export { default as KeysDialog } from './KeysDialog.svelte';
export { default as SkipDialog } from './SkipDialog.svelte';
export { default as WarmUpNote } from './WarmUpNote.svelte';
