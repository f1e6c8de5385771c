// From where the whole net is in the picture: the nearest pose with all nodes inside, seen from the side that was asked for.

import type { Pose } from '../rig.ts';

/** The part of the picture that nodes may fill; names stand below them. */
const MARGIN = { side: 0.94, up: 0.84 };

export function frameNet(
  points: readonly { x: number; y: number; z: number; size: number }[],
  { azimuth, polar }: Pick<Pose, 'azimuth' | 'polar'>,
  fov: number,
  aspect: number,
): Pose {
  const s = Math.sin(azimuth);
  const c = Math.cos(azimuth);
  const axes = {
    right: { x: c, y: 0, z: -s },
    up: { x: -s * Math.cos(polar), y: Math.sin(polar), z: -c * Math.cos(polar) },
    eye: { x: s * Math.sin(polar), y: Math.cos(polar), z: c * Math.sin(polar) },
  };
  const seen = points.map((p) => {
    const along = (axis: { x: number; y: number; z: number }) => p.x * axis.x + p.y * axis.y + p.z * axis.z;
    return { right: along(axes.right), up: along(axes.up), eye: along(axes.eye), size: p.size };
  });
  const middle = (of: (one: (typeof seen)[number]) => number) => {
    const all = seen.map(of);
    return all.length === 0 ? 0 : (Math.min(...all) + Math.max(...all)) / 2;
  };
  const at = { right: middle((one) => one.right), up: middle((one) => one.up), eye: middle((one) => one.eye) };
  const high = Math.tan(fov / 2);
  const distance = seen.reduce(
    (most, one) =>
      Math.max(
        most,
        (Math.abs(one.right - at.right) + one.size) / (high * aspect * MARGIN.side) + one.eye - at.eye,
        (Math.abs(one.up - at.up) + one.size) / (high * MARGIN.up) + one.eye - at.eye,
      ),
    16,
  );
  const along = (axis: 'x' | 'y' | 'z') =>
    axes.right[axis] * at.right + axes.up[axis] * at.up + axes.eye[axis] * at.eye;
  return { x: along('x'), y: along('y'), z: along('z'), distance, azimuth, polar };
}
