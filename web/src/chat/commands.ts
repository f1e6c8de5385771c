// The language of chat commands: whether a line that begins with "/" is one. What each takes is in forms.ts, for those who type one.

/** First words of commands, and of the sentences that operators say in their own words. */
const FIRST = new Set(
  'status tasks do auto pending approve reject costs escalations summary pause drain resume stop take bring set move how which'.split(
    ' ',
  ),
);

/** Whether a line begins as a command does. Anything else the node would say aloud in the room. */
export function isCommand(line: string): boolean {
  const first = (line.split(/[\s:]/, 1)[0] ?? '').toLowerCase();
  return first.startsWith('@') || FIRST.has(first);
}

/** The command line in what was typed; null if it is a message. Two slashes begin a message that begins with one. */
export function lineOf(text: string): string | null {
  return text.startsWith('/') && !text.startsWith('//') ? text.slice(1).trim() : null;
}
