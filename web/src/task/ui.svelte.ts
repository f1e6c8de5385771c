// The dialog about a task that is open, wherever on the pages about work it was asked for.

import type { Task } from '../api/work.ts';

export type Asked = { does: 'assign' | 'cancel' | 'redact'; task: Task };

class WorkUi {
  asked = $state.raw<Asked | null>(null);

  ask(asked: Asked): void {
    this.asked = asked;
  }
}

export const workUi = new WorkUi();
