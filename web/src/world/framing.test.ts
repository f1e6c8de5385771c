// The picture of everything: all rooms are inside, on a wide screen and on a phone, and it is not further away than needed.
import { expect, test } from 'vitest';
import { frame } from './framing.ts';
import { roomPlace } from './layout.ts';

const start = { x: 0, z: 0, y: 0, distance: 40, azimuth: 0.34, polar: 1.2 };

test.each([1, 3, 7, 20])('%i rooms', (count) => {
  const places = Array.from({ length: count }, (_, index) => roomPlace(index, 5));
  const wide = frame(places, start, 0.7, 1.6);
  const narrow = frame(places, start, 0.7, 0.5);
  expect(wide.distance).toBeLessThan(230);
  expect(narrow.distance).toBeGreaterThan(wide.distance);
});

test('one room is near', () => {
  expect(frame([roomPlace(0, 4)], start, 0.7, 1.4).distance).toBeLessThan(35);
});
