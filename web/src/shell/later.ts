// What the first picture does without. It comes in one piece: when it is first needed, or once the page has nothing to do.

import { listen } from '../link/edits.ts';

export { default as Answers } from '../chat/Answers.svelte';
export { default as RoomClock } from '../clock/RoomClock.svelte';
export { default as EditWaits } from '../link/EditWaits.svelte';
export { default as Shared } from '../link/Shared.svelte';
export { default as EditBox } from '../message/EditBox.svelte';
export { default as Offers } from '../message/Offers.svelte';
export { default as Pins } from '../message/Pins.svelte';
export { default as Reactions } from '../message/Reactions.svelte';
export { default as SeenBy } from '../message/SeenBy.svelte';
export { default as ThreadPanel } from '../message/ThreadPanel.svelte';
export { default as Tools } from '../message/Tools.svelte';
export { default as Versions } from '../message/Versions.svelte';
export { default as Bell } from '../room/Bell.svelte';
export { default as Invited } from '../room/Invited.svelte';
export { default as Found } from './Found.svelte';

listen();
