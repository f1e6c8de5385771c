// What each chat command takes and does, for whoever types one.

import { best } from '../shell/match.ts';

export interface Form {
  /** What is typed. */
  name: string;
  /** What has to follow; empty: nothing. */
  takes: string;
  does: string;
  /** A sentence of an operator's own; commands stand before it. */
  said?: boolean;
}

export const FORMS: readonly Form[] = [
  { name: 'status', takes: '', does: 'Who is here, and what runs' },
  { name: 'tasks', takes: '', does: 'The last ten tasks' },
  { name: 'do', takes: 'WHAT', does: 'Give a task to whoever fits' },
  { name: 'auto', takes: 'GOAL', does: 'Take a goal apart into tasks that run side by side' },
  { name: 'pending', takes: '', does: 'Questions that wait for an answer' },
  { name: 'approve', takes: '', does: 'Approve the newest question; a reason may follow a colon' },
  { name: 'reject', takes: '', does: 'Reject the newest question; a reason may follow a colon' },
  { name: 'costs', takes: '', does: 'Tokens and money of today, by agent' },
  { name: 'escalations', takes: '', does: 'Tasks that wait for a person' },
  { name: 'summary', takes: '', does: 'What came of the last tasks' },
  { name: '@context', takes: '', does: 'What the room shares; with NAME=VALUE: set it' },
  { name: 'pause', takes: 'NAME', does: 'Give a worker nothing new' },
  { name: 'drain', takes: 'NAME', does: 'Let a worker hand off what it has, and go' },
  { name: 'resume', takes: 'NAME', does: 'Give a worker tasks again; dispatch: all of them' },
  { name: 'take', takes: 'NAME offline', does: 'Let a worker hand off what it has, and go', said: true },
  { name: 'bring', takes: 'NAME back', does: 'Give a worker tasks again', said: true },
  { name: 'set', takes: 'NAME max concurrent to NUMBER', does: 'How many tasks a worker has at once', said: true },
  { name: 'move', takes: 'NAME to SKILL only', does: 'Which tasks a worker gets', said: true },
  { name: 'how', takes: 'many tasks has NAME done this week', does: 'What somebody did', said: true },
  { name: 'which', takes: 'agent fails most', does: 'Whose tasks failed most', said: true },
  { name: 'stop', takes: 'dispatch', does: 'Give out no work at all' },
];

/** Commands that begin so. */
export const formsFor = (query: string): Form[] =>
  [false, true].flatMap((said) =>
    best(
      query,
      FORMS.filter((form) => (form.said ?? false) === said),
      (form) => form.name,
      FORMS.length,
    ),
  );

/** The form of the command that a line begins with. */
export function formOf(line: string): Form | undefined {
  const first = /^\/(\S+)\s/.exec(line)?.[1]?.toLowerCase();
  return FORMS.find((form) => form.name === first);
}
