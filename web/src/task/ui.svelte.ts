// The dialog about a task that is open, wherever on the pages about work it was asked for.

import type { TaskView } from '../api/types.ts';

export interface Asked {
  does: 'assign' | 'cancel' | 'redact';
  task: TaskView;
  /** What is done with whom was chosen, where that is more than assigning it. */
  give?: (to: { id: string; handle: string } | null) => Promise<unknown>;
}

class WorkUi {
  asked = $state.raw<Asked | null>(null);

  ask(asked: Asked): void {
    this.asked = asked;
  }
}

export const workUi = new WorkUi();
