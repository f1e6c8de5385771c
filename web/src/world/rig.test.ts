// The camera's moves.
import { expect, test } from 'vitest';
import { DISTANCE_MIN, Rig } from './rig.ts';

function settle(rig: Rig) {
  for (let step = 0; step < 600 && rig.step(1 / 60); step++);
}

test('flies the short way round and arrives', () => {
  const rig = new Rig();
  rig.jump({ azimuth: 3 });
  rig.fly({ azimuth: -3, x: 10 });
  settle(rig);
  expect(rig.pose.x).toBeCloseTo(10);
  expect(Math.abs(rig.pose.azimuth - 3)).toBeLessThan(1);
});

test('a hand on the camera ends a flight where it is', () => {
  const rig = new Rig();
  rig.fly({ x: 100 });
  rig.step(0.1);
  const half = rig.pose.x;
  rig.turn(0.1, 0);
  settle(rig);
  expect(rig.pose.x).toBeCloseTo(half);
});

test('does not go under the plane or through what it looks at', () => {
  const rig = new Rig();
  rig.turn(0, 9);
  rig.zoom(0.0001);
  settle(rig);
  expect(rig.eye().y).toBeGreaterThan(0);
  expect(rig.pose.distance).toBeCloseTo(DISTANCE_MIN);
});

test('forward is away from the eye, also after a turn', () => {
  const rig = new Rig();
  rig.jump({ azimuth: Math.PI / 2, x: 0, z: 0 });
  const before = rig.eye();
  rig.move(0, 0.5);
  settle(rig);
  expect(Math.hypot(rig.pose.x - before.x, rig.pose.z - before.z)).toBeGreaterThan(Math.hypot(before.x, before.z));
});

test('without motion it is there at once', () => {
  const rig = new Rig();
  rig.still = true;
  rig.fly({ x: 7 });
  expect(rig.pose.x).toBe(7);
});
