// The language of chat commands: what a line that begins with "/" may say.

import { best } from '../shell/match.ts';

export interface Command {
  /** What is typed. */
  name: string;
  /** What has to follow; empty: nothing. */
  takes: string;
  does: string;
}

export const COMMANDS: readonly Command[] = [
  { name: 'status', takes: '', does: 'Who is here, and what runs' },
  { name: 'tasks', takes: '', does: 'The last ten tasks' },
  { name: 'do', takes: 'what', does: 'Give a task to whoever fits' },
  { name: 'auto', takes: 'goal', does: 'Take a goal apart into tasks that run side by side' },
  { name: 'pending', takes: '', does: 'Questions that wait for an answer' },
  { name: 'approve', takes: '', does: 'Approve the newest question' },
  { name: 'reject', takes: '', does: 'Reject the newest question' },
  { name: 'costs', takes: '', does: 'Tokens and money of today, by agent' },
  { name: 'escalations', takes: '', does: 'Tasks that wait for a person' },
  { name: 'summary', takes: '', does: 'What came of the last tasks' },
  { name: '@context', takes: '', does: 'What the room shares; with key=value: set it' },
  { name: 'pause', takes: 'whom', does: 'Give a worker nothing new' },
  { name: 'drain', takes: 'whom', does: 'Let a worker hand off what it has, and go' },
  { name: 'resume', takes: 'whom', does: 'Give a worker tasks again; dispatch: all of them' },
  { name: 'stop', takes: 'dispatch', does: 'Give out no work at all' },
];

/** Other words that sentences of operators begin with. */
const SENTENCES = ['take', 'bring', 'set', 'move', 'how', 'which', '@costs'];

/** Whether a line begins as a command does. Anything else the node would say aloud in the room. */
export function isCommand(line: string): boolean {
  const first = (line.split(/\s/, 1)[0] ?? '').toLowerCase();
  return first.startsWith('@') || SENTENCES.includes(first) || COMMANDS.some((command) => command.name === first);
}

/** The command line in what was typed; null if it is a message. Two slashes begin a message that begins with one. */
export function lineOf(text: string): string | null {
  return text.startsWith('/') && !text.startsWith('//') ? text.slice(1).trim() : null;
}

/** Commands that begin so, while the first word is still typed. */
export function offers(text: string): Command[] {
  if (!text.startsWith('/') || text.startsWith('//') || /\s/.test(text)) return [];
  return best(text.slice(1), COMMANDS, (command) => command.name, COMMANDS.length);
}
