// Amber light that stands where somebody waits for a person: the only thing in the world that asks to be looked at.

import { attribute, cameraPosition, Fn, float, positionGeometry, smoothstep, varying, vec3, vec4 } from 'three/tsl';
import { CylinderGeometry, type Object3D } from 'three/webgpu';
import { Instances } from './instances.ts';
import { URGENT } from './palette.ts';
import { clock, colour, haze, motion, type N, project, surface } from './shading.ts';
import type { Spot } from './works.ts';

const NAMES = ['aAt', 'aLook'] as const;
export const BEACONS_MAX = 64;
export const BEACON_HEIGHT = 13;

function shaft() {
  const at = attribute('aAt', 'vec4') as N;
  const look = varying(attribute('aLook', 'vec4') as N) as N;
  const shape = positionGeometry as N;
  const height = varying(shape.y) as N;
  const own = attribute('aLook', 'vec4') as N;
  const born = smoothstep(float(0), float(0.6), clock.sub(at.w).add(motion.oneMinus().mul(9))) as N;
  // A line as thin from near as from afar.
  const wide = (cameraPosition as N).sub(at.xyz).length().mul(0.011).add(0.1);
  const world = varying(
    (at.xyz as N).add(shape.mul(vec3(wide, born.mul(BEACON_HEIGHT).mul(own.x.mul(0.5).add(0.5)), wide) as N)),
  ) as N;
  const fragment = Fn(() => {
    // Slowly, so that it is seen from the corner of an eye and disturbs nobody.
    const beat = clock.mul(3.4).sin().mul(0.22).mul(motion).add(0.78);
    const fade = height.oneMinus().pow(1.6);
    const foot = smoothstep(float(0.05), float(0), height).mul(0.6);
    const light = fade.mul(0.62).add(foot).mul(beat).mul(look.x.mul(0.65).add(0.35));
    return vec4(colour(URGENT).mul(light).mul(haze(world).oneMinus()), 1);
  });
  return { vertex: project(world), fragment: fragment(), blend: 'add' as const, bothSides: true };
}

export class Beacons {
  readonly #parts = new Instances(
    new CylinderGeometry(0.06, 0.16, 1, 10, 1, true).translate(0, 0.5, 0),
    NAMES,
    BEACONS_MAX,
    surface(shaft()),
    10,
  );
  readonly #since = new Map<string, number>();

  get objects(): Object3D[] {
    return [this.#parts.mesh];
  }

  show(all: readonly { id: string; at: Spot; mine: boolean }[], now: number): void {
    const named = new Set(all.map((one) => one.id));
    for (const id of this.#since.keys()) if (!named.has(id)) this.#since.delete(id);
    const shown = all.slice(0, BEACONS_MAX);
    for (const [index, { id, at, mine }] of shown.entries()) {
      if (!this.#since.has(id)) this.#since.set(id, now);
      this.#parts.set(index, 'aAt', at.x, at.y, at.z, this.#since.get(id)!);
      this.#parts.set(index, 'aLook', mine ? 1 : 0, 0, 0, 0);
    }
    this.#parts.flush(shown.length);
  }

  dispose(): void {
    this.#parts.dispose();
  }
}
