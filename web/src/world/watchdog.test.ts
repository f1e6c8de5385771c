// The watchdog of frames.
import { expect, test } from 'vitest';
import { Watchdog } from './watchdog.ts';

function run(ms: number, lowest: boolean, frames = 45) {
  const dog = new Watchdog();
  return Array.from({ length: frames }, () => dog.frame(ms, lowest)).at(-1);
}

test('quick frames are fine', () => expect(run(16, false)).toBe('fine'));
test('slow ones ask for less', () => expect(run(40, false)).toBe('less'));
test('slow ones with nothing left to switch off are borne', () => expect(run(60, true)).toBe('fine'));
test('hopeless ones lead to the flat page', () => expect(run(200, true)).toBe('flat'));
test('a hidden tab is no slow frame', () => expect(run(60_000, false)).toBe('fine'));
