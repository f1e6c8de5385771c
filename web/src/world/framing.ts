// From how far everything is in the picture: the nearest pose from which all rooms, with their labels, are inside.

import type { RoomPlace } from './layout.ts';
import type { Pose } from './rig.ts';

/** The part of the picture that rooms may fill, from its middle: sideways, down, up. Labels and panels need the rest. */
const MARGIN = { side: 0.93, down: 0.86, up: 0.8 };
const ROUNDS = 24;

interface Box {
  left: number;
  right: number;
  bottom: number;
  top: number;
}

/** Where the corners of the rooms are on the screen, from -1 to 1. Null when something is behind the eye. */
function onScreen(pose: Pose, rise: number, places: readonly RoomPlace[], fov: number, aspect: number): Box | null {
  const flat = Math.sin(pose.polar) * pose.distance;
  const eye = {
    x: pose.x + Math.sin(pose.azimuth) * flat,
    y: Math.cos(pose.polar) * pose.distance,
    z: pose.z + Math.cos(pose.azimuth) * flat,
  };
  const length = Math.hypot(pose.x - eye.x, rise - eye.y, pose.z - eye.z);
  const f = { x: (pose.x - eye.x) / length, y: (rise - eye.y) / length, z: (pose.z - eye.z) / length };
  const across = Math.hypot(f.x, f.z);
  const right = { x: -f.z / across, z: f.x / across };
  const up = { x: (-f.x * f.y) / across, y: across, z: (-f.z * f.y) / across };
  const scale = 1 / Math.tan(fov / 2);
  const box: Box = { left: 9, right: -9, bottom: 9, top: -9 };
  for (const place of places) {
    for (let corner = 0; corner < 12; corner++) {
      const angle = (corner / 12) * Math.PI * 2;
      const d = {
        x: place.x + Math.cos(angle) * place.radius - eye.x,
        y: (corner === 0 ? 3.5 : 0) - eye.y,
        z: place.z + Math.sin(angle) * place.radius - eye.z,
      };
      const depth = d.x * f.x + d.y * f.y + d.z * f.z;
      if (depth < 1) return null;
      const x = ((d.x * right.x + d.z * right.z) / depth) * (scale / aspect);
      const y = ((d.x * up.x + d.y * up.y + d.z * up.z) / depth) * scale;
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x);
      box.bottom = Math.min(box.bottom, y);
      box.top = Math.max(box.top, y);
    }
  }
  return box;
}

/** How far above the plane the camera looks, so that the horizon comes into the picture. */
export const riseOf = (distance: number): number => distance * 0.085;

export function frame(places: readonly RoomPlace[], start: Pose, fov: number, aspect: number): Pose {
  const pose = { ...start, y: 0, distance: 60 };
  let low = 8;
  let high = 240;
  for (let round = 0; round < ROUNDS; round++) {
    pose.distance = (low + high) / 2;
    centre(pose, places, fov, aspect);
    const box = onScreen(pose, riseOf(pose.distance), places, fov, aspect);
    const fits =
      box && box.left > -MARGIN.side && box.right < MARGIN.side && box.bottom > -MARGIN.down && box.top < MARGIN.up;
    if (fits) high = pose.distance;
    else low = pose.distance;
  }
  pose.distance = high;
  centre(pose, places, fov, aspect);
  return pose;
}

/** How steeply one looks down so that the rooms fill a picture of this shape: the flatter the picture, the flatter the look. */
export function steepness(places: readonly RoomPlace[], azimuth: number, aspect: number): number {
  const along = (side: number) => {
    const ends = places.map((one) => [one.x * Math.cos(side) - one.z * Math.sin(side), one.radius] as const);
    return Math.max(...ends.map(([at, r]) => at + r)) - Math.min(...ends.map(([at, r]) => at - r));
  };
  const wide = along(azimuth);
  const deep = along(azimuth - Math.PI / 2);
  // What is far looks smaller, so it may be a little steeper than the plane alone asks for.
  return Math.acos(Math.min(0.78, Math.max(0.4, (wide / deep / aspect) * 0.8)));
}

/** On a narrow screen: the side from which everything can be seen from nearest. */
export function frameNarrow(places: readonly RoomPlace[], start: Pose, fov: number, aspect: number): Pose {
  return Array.from({ length: 12 }, (_, side) =>
    frame(places, { ...start, azimuth: start.azimuth + (side * Math.PI) / 6 }, fov, aspect),
  ).reduce((best, pose) => (pose.distance < best.distance - 0.5 ? pose : best));
}

/** Moves what is looked at until the rooms are in the middle of the part they may fill. */
function centre(pose: Pose, places: readonly RoomPlace[], fov: number, aspect: number): void {
  const wanted = (MARGIN.up - MARGIN.down) / 2;
  const half = Math.tan(fov / 2) * pose.distance;
  for (let step = 0; step < 6; step++) {
    const box = onScreen(pose, riseOf(pose.distance), places, fov, aspect);
    if (!box) return;
    const right = ((box.left + box.right) / 2) * half * aspect;
    const forward = (((box.bottom + box.top) / 2 - wanted) * half) / Math.cos(pose.polar);
    pose.x += (Math.cos(pose.azimuth) * right - Math.sin(pose.azimuth) * forward) * 0.7;
    pose.z += (-Math.sin(pose.azimuth) * right - Math.cos(pose.azimuth) * forward) * 0.7;
  }
}
