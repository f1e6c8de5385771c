// Where in the page one sees what an alert is about.

import type { AlertCause } from '../api/types.ts';
import type { Route } from '../shell/route.ts';

export function alertPlace(cause: AlertCause): Route | null {
  switch (cause.kind) {
    case 'task_failing':
    case 'escalated':
    case 'overdue':
      return { page: 'task', task: cause.task };
    case 'agent_down':
    case 'agent_failing':
      return { page: 'workers' };
    case 'budget':
    case 'cost':
      return { page: 'figures' };
    case 'guard_surge':
      return { page: 'quarantine' };
    case 'schedule_paused':
      return { page: 'settings', part: 'schedules' };
    case 'link_down':
      return { page: 'settings', part: 'links' };
    default:
      return null;
  }
}
