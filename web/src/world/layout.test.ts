// Where things stand: deterministic, apart from each other, and stable when somebody comes.
import { expect, test } from 'vitest';
import { LANDING, RADIUS_MAX, roomRadius, Seats, SPACING, seat, spiral, spread } from './layout.ts';

test('no two rooms stand in the same place, and the largest ones do not touch', () => {
  const places = Array.from({ length: 120 }, (_, index) => spiral(index));
  for (const [index, a] of places.entries()) {
    for (const b of places.slice(index + 1)) {
      expect(Math.hypot(a.x - b.x, a.z - b.z)).toBeGreaterThan(Math.min(SPACING - 0.01, RADIUS_MAX * 2 + 2));
    }
  }
});

test('the first room is in the middle and rings follow', () => {
  expect(spiral(0)).toEqual({ x: 0, z: 0 });
  for (let index = 1; index <= 6; index++) {
    const { x, z } = spiral(index);
    expect(Math.hypot(x, z)).toBeCloseTo(SPACING);
  }
  expect(Math.hypot(spiral(7).x, spiral(7).z)).toBeGreaterThan(SPACING * 1.5);
});

test('no room stands on the landing', () => {
  for (let index = 0; index < 60; index++) {
    const { x, z } = spiral(index);
    expect(Math.hypot(x - LANDING.x, z - LANDING.z)).toBeGreaterThan(RADIUS_MAX + LANDING.radius - 0.6);
  }
});

test('any first few seats are spread and inside the walls', () => {
  expect([0, 1, 2, 3].map(spread)).toEqual([0, 0.5, 0.25, 0.75]);
  for (const members of [1, 8, 20, 56]) {
    const radius = roomRadius(members);
    const seats = Array.from({ length: members }, (_, index) => seat(index, radius));
    for (const [index, a] of seats.entries()) {
      expect(Math.hypot(a.x, a.z)).toBeLessThan(radius);
      for (const b of seats.slice(index + 1)) expect(Math.hypot(a.x - b.x, a.z - b.z)).toBeGreaterThan(0.5);
    }
  }
});

test('a newcomer moves nobody and takes the first free seat', () => {
  const seats = new Seats();
  expect(['a', 'b', 'c'].map((id) => seats.take(id))).toEqual([0, 1, 2]);
  seats.leave('b');
  expect(seats.take('c')).toBe(2);
  expect(seats.take('d')).toBe(1);
});
