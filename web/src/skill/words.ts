// Commands about skills, as somebody types them.

/** A word of a command line; what a shell would take apart is quoted. */
const word = (text: string): string => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

export const command = (does: 'install' | 'publish', what: string, room: string): string =>
  `mesh skill ${does} ${word(what)} --room ${word(room)}`;
