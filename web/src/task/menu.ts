// The actions of a task's menu: everything that dragging does, and more.

import type { TaskView } from '../api/types.ts';
import { people } from '../participant/people.svelte.ts';
import { assign, pause, person, resume } from '../shell/icons.ts';
import type { Action } from '../shell/Menu.svelte';
import { mesh } from '../shell/mesh.svelte.ts';
import { router } from '../shell/router.svelte.ts';
import { act, offered } from './deeds.ts';
import { workUi } from './ui.svelte.ts';

export function menuOf(task: TaskView, resolve: () => void): Action[] {
  const can = offered(task);
  const list: Action[] = [{ name: 'Open', icon: 'right', run: () => router.go({ page: 'task', task: task.id }) }];
  if (can.includes('resolve')) list.push({ name: 'Decide about it', icon: person, run: resolve });
  if (can.includes('pause')) list.push({ name: 'Pause', icon: pause, run: () => void act(task, 'pause') });
  if (can.includes('resume')) list.push({ name: 'Let it go on', icon: resume, run: () => void act(task, 'resume') });
  if (can.includes('retry')) list.push({ name: 'Begin again', icon: 'retry', run: () => void act(task, 'retry') });
  if (can.includes('assign') && people.me && mesh.may('tasks:write'))
    list.push({ name: 'Assign to somebody', icon: assign, run: () => workUi.ask({ does: 'assign', task }) });
  if (can.includes('cancel'))
    list.push({ name: 'Cancel', icon: 'ban', danger: true, run: () => void act(task, 'cancel') });
  return list;
}
