// Commands: a shell reads what stands there as it was meant.
import { expect, test } from 'vitest';
import { command } from './words.ts';

test('what a shell would take apart is quoted', () => {
  expect(command('install', 'release-notes', 'workshop')).toBe('mesh skill install release-notes --room workshop');
  expect(command('publish', './FOLDER', 'a $(b) room')).toBe("mesh skill publish ./FOLDER --room 'a $(b) room'");
  expect(command('install', 'count', "it's")).toBe("mesh skill install count --room 'it'\\''s'");
});
