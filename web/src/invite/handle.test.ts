import { expect, test } from 'vitest';
import { passwordLacks, tidyHandle, wholeHandle } from './handle.ts';

test('what is typed becomes a handle while it is typed', () => {
  expect(tidyHandle('Zoë Ångström')).toBe('zoe-angstrom');
  expect(tidyHandle('zoe ')).toBe('zoe-');
  expect(wholeHandle('zoe ')).toBe('zoe');
  expect(tidyHandle('@zoe')).toBe('zoe');
  expect(tidyHandle('x'.repeat(50))).toHaveLength(40);
});

test('a password is long, of several characters, and not the name', () => {
  expect(passwordLacks('', 'zoe')).toBe('At least 10 characters.');
  expect(passwordLacks('123456789', 'zoe')).toBe('1 more character.');
  expect(passwordLacks('aaaaaaaaaaaa', 'zoe')).toBe('Too few different characters.');
  expect(passwordLacks('angstromangstrom1', 'angstrom')).toBe('More than your name.');
  expect(passwordLacks('correct horse battery', 'zoe')).toBe('');
  expect(passwordLacks('é'.repeat(257), 'zoe')).toBe('At most 256 characters.');
});
