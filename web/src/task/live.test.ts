// What is stored is not shown twice, and what came after it is not lost.
import { expect, test } from 'vitest';
import { settled, streamed } from './live.ts';

test('bits add up, and another attempt begins anew', () => {
  let live = streamed(null, 7, 'one ');
  live = streamed(live, 7, 'two');
  expect(live).toEqual({ fence: 7, text: 'one two' });
  live = streamed(live, 9, 'again');
  expect(live).toEqual({ fence: 9, text: 'again' });
  expect(streamed(live, 7, 'too late')).toEqual({ fence: 9, text: 'again' });
});

test('a stored piece takes its words away', () => {
  expect(settled({ fence: 7, text: 'one two' }, 7, 'one two\n')).toBeNull();
  expect(settled({ fence: 7, text: 'one two\nthree' }, 7, 'one two')).toEqual({ fence: 7, text: 'three' });
});

test('a piece in other words takes the place of what was printed; one of an older attempt does not', () => {
  expect(settled({ fence: 7, text: 'one' }, 7, 'a summary')).toBeNull();
  expect(settled({ fence: 7, text: 'one' }, 5, 'one')).toEqual({ fence: 7, text: 'one' });
  expect(settled({ fence: 7, text: 'one' }, 9, 'x')).toBeNull();
  expect(settled(null, 9, 'x')).toBeNull();
});

test('what runs on and on does not fill the page', () => {
  expect(streamed(null, 1, 'x'.repeat(200_000))!.text.length).toBe(65_536);
});
