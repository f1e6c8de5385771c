// How avatars move: the same curve here, for labels and picking, and in the vertex shader, so that moving costs no upload.

export const TRAVEL_SECONDS = 0.9;
export const APPEAR_SECONDS = 0.8;

export interface Path {
  fromX: number;
  fromZ: number;
  toX: number;
  toZ: number;
  /** When it began, in seconds of the world's clock. */
  start: number;
}

export const ease = (t: number): number => t * t * (3 - 2 * t);

export function at(path: Path, now: number): { x: number; y: number; z: number } {
  const t = Math.min(1, Math.max(0, (now - path.start) / TRAVEL_SECONDS));
  const e = ease(t);
  const far = Math.min(4, Math.hypot(path.toX - path.fromX, path.toZ - path.fromZ) * 0.12);
  return {
    x: path.fromX + (path.toX - path.fromX) * e,
    y: Math.sin(Math.PI * e) * far,
    z: path.fromZ + (path.toZ - path.fromZ) * e,
  };
}
