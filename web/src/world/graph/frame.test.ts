// The whole net is in the picture, and no farther away than that asks for.
import { expect, test } from 'vitest';
import { frameNet } from './frame.ts';
import { drawn } from './settle.ts';

const points = Array.from({ length: 80 }, (_, one) => {
  const [x, y, z] = drawn(`node ${one}`);
  return { x: x * 40 + 7, y: y * 12, z: z * 40 - 11, size: 1 };
});

test.each([
  [1.9, 0.3, 1.15],
  [0.5, 2.4, 0.9],
])('in a picture of shape %s', (aspect, azimuth, polar) => {
  const fov = (32 * Math.PI) / 180;
  const pose = frameNet(points, { azimuth, polar }, fov, aspect);
  const eye = {
    x: pose.x + Math.sin(azimuth) * Math.sin(polar) * pose.distance,
    y: pose.y + Math.cos(polar) * pose.distance,
    z: pose.z + Math.cos(azimuth) * Math.sin(polar) * pose.distance,
  };
  const up = { x: -Math.sin(azimuth) * Math.cos(polar), y: Math.sin(polar), z: -Math.cos(azimuth) * Math.cos(polar) };
  let most = 0;
  for (const point of points) {
    const d = { x: point.x - eye.x, y: point.y - eye.y, z: point.z - eye.z };
    const depth = -(d.x * (eye.x - pose.x) + d.y * (eye.y - pose.y) + d.z * (eye.z - pose.z)) / pose.distance;
    const x = Math.abs(d.x * Math.cos(azimuth) - d.z * Math.sin(azimuth)) / (depth * Math.tan(fov / 2) * aspect);
    const y = Math.abs(d.x * up.x + d.y * up.y + d.z * up.z) / (depth * Math.tan(fov / 2));
    expect(x).toBeLessThan(1);
    expect(y).toBeLessThan(1);
    most = Math.max(most, x, y);
  }
  expect(most).toBeGreaterThan(0.7);
});

test('nothing is framed from nearby', () => {
  expect(frameNet([], { azimuth: 0.3, polar: 1 }, 0.5, 1)).toMatchObject({ x: 0, y: 0, z: 0, distance: 16 });
});
