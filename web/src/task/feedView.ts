// What a room loads beside its messages.

export { default as FeedRows } from './FeedRows.svelte';
export { Feed } from './feed.svelte.ts';
