// Names as the node takes them.

/** What is typed, brought into the form that handles have: a-z, 0-9 and '-', no '-' at the beginning, at most 40. */
export const tidyHandle = (typed: string): string =>
  typed
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, 40);

/** The same once nothing more is typed. */
export const wholeHandle = (typed: string): string => tidyHandle(typed).replace(/-$/, '');

export const PASSWORD_MIN = 10;
export const PASSWORD_MAX = 256;

/** What a password lacks, in words; empty if it will do. Length is what makes one hard to guess. */
export function passwordLacks(password: string, handle: string): string {
  const count = [...password].length;
  if (count < PASSWORD_MIN) {
    const missing = PASSWORD_MIN - count;
    return count === 0
      ? `At least ${PASSWORD_MIN} characters.`
      : `${missing} more ${missing === 1 ? 'character' : 'characters'}.`;
  }
  if (count > PASSWORD_MAX) return `At most ${PASSWORD_MAX} characters.`;
  if (new Set(password.toLowerCase()).size < 4) return 'Too few different characters.';
  if (handle.length > 2 && password.toLowerCase().replaceAll(handle, '').length < 4) return 'More than your name.';
  return '';
}
