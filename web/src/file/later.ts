// What is loaded once a message has files, or is to have some.

export { default as Attach } from './Attach.svelte';
export { default as Attached } from './Attached.svelte';
