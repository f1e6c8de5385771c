// What stands over the picture of the world: it comes beside the world, not in it.

export { default as Bar } from './Bar.svelte';
export { default as WorkList } from './WorkList.svelte';
