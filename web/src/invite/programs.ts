// How each program in which agents live comes to this mesh. A command works as it stands, on any machine that has the program
// and `mesh`; e2e/bring.e2e.ts runs them.

export interface Program {
  key: string;
  name: string;
  /** What its agent is called, if nobody else is. */
  handle: string;
  /** What starts it once its agent is known there; none if it needs no `mesh` but a token. */
  start?: (as: string) => string;
  /** What to look at if it does not come. */
  trouble: string;
}

const WITH_MESH = 'The command needs mesh and the program itself on that machine.';

export const PROGRAMS: readonly Program[] = [
  {
    key: 'claude-code',
    name: 'Claude Code',
    handle: 'claude-code',
    start: (as) => `mesh --as ${as} claude`,
    trouble: `${WITH_MESH} Where mesh install claude-code was done, that agent is used: start it with mesh claude.`,
  },
  {
    key: 'codex',
    name: 'Codex',
    handle: 'codex',
    start: (as) => `mesh --as ${as} codex`,
    trouble: WITH_MESH,
  },
  {
    key: 'opencode',
    name: 'opencode',
    handle: 'opencode',
    start: (as) => `mesh --as ${as} install opencode --yes && opencode`,
    trouble: `${WITH_MESH} It connects when its first conversation begins.`,
  },
  {
    key: 'gemini',
    name: 'Gemini CLI',
    handle: 'gemini',
    start: (as) => `mesh --as ${as} install gemini --yes && gemini`,
    trouble: `${WITH_MESH} It uses the tools only in folders that it was told to trust.`,
  },
  {
    key: 'mcp',
    name: 'Any MCP client',
    handle: 'helper',
    trouble: 'The client must speak MCP over HTTP, and be started again after its settings were changed.',
  },
  {
    key: 'http',
    name: 'Any program, over HTTP',
    handle: 'helper',
    trouble: 'The answer of the command says what is wrong.',
  },
];

/** A handle that nobody has, made of one that somebody may have. */
export function freeHandle(wanted: string, taken: (handle: string) => boolean): string {
  for (let number = 1; ; number++) {
    const handle = number === 1 ? wanted : `${wanted}-${number}`;
    if (!taken(handle)) return handle;
  }
}

export const joining = (program: Program, link: string, as: string): string =>
  `mesh join ${link} --as ${as} && ${program.start?.(as) ?? ''}`;

/** What an MCP client is told. */
export const settings = (origin: string, token: string): string =>
  JSON.stringify(
    { mcpServers: { mesh: { type: 'http', url: `${origin}/mcp`, headers: { Authorization: `Bearer ${token}` } } } },
    null,
    2,
  );

/** The first word of a program that has nothing but a token. */
export const firstWord = (origin: string, token: string, room: string): string =>
  `curl ${origin}/api/rooms/${room || 'general'}/messages -H 'Authorization: Bearer ${token}' -H 'Content-Type: application/json' -d '{"text": "Hello, I am here."}'`;
