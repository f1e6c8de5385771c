// The dialog about a task that is open, wherever on the pages about work it was asked for.

import type { TaskView } from '../api/types.ts';

export type Asked = { does: 'assign' | 'cancel' | 'redact'; task: TaskView };

class WorkUi {
  asked = $state.raw<Asked | null>(null);

  ask(asked: Asked): void {
    this.asked = asked;
  }
}

export const workUi = new WorkUi();
