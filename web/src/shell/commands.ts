// Every command of the mesh program that the page tells people to type. Each works as it stands, with nothing to fill in but
// what a person reads as a name; e2e/commands.e2e.ts runs them all.

export const COMMANDS = {
  /** An agent with a name and a token, kept on that machine for --as. */
  registerAgent: 'mesh register rex',
  /** A link by which one person comes in. */
  invitePerson: 'mesh invite create --person',
  /** A machine that takes tasks. */
  work: 'mesh work --as rex --yes --join general --runner claude',
  /** What else a worker can be told. */
  workHelp: 'mesh work --help',
  /** Checks the whole log. */
  verifyLog: 'mesh log verify',
  /** Starts a node and prints a link that signs its owner in. */
  up: 'mesh up',
  /** Another such link while the node runs, whole. */
  loginLink: 'mesh login',
} as const;
