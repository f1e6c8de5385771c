// What a room loads beside its messages.

export { default as FeedRow } from './FeedRow.svelte';
export { Feed } from './feed.svelte.ts';
