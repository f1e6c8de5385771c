// Light that travels: one ribbon per flight along an arc, all in one draw. A flight is written once and ends by itself.

import { attribute, cameraPosition, Fn, float, positionGeometry, smoothstep, varying, vec3, vec4 } from 'three/tsl';
import { type Object3D, PlaneGeometry } from 'three/webgpu';
import { Instances } from './instances.ts';
import { clock, haze, type N, project, surface } from './shading.ts';

const NAMES = ['aFrom', 'aTo', 'aTone'] as const;
/** Older flights are overwritten when more are in the air. */
export const FLIGHTS_MAX = 384;
const SEGMENTS = 20;
/** Frames, not seconds: where the first frame takes a second, a moment that ends by the clock is over before it was drawn. */
const WARM_FRAMES = 10;

export interface Point {
  x: number;
  y: number;
  z: number;
}

function ribbon() {
  const from = attribute('aFrom', 'vec4') as N;
  const to = attribute('aTo', 'vec4') as N;
  const tone = varying(attribute('aTone', 'vec4') as N) as N;
  const shape = positionGeometry as N;
  // The ribbon covers the last part of the way that the light has come.
  const progress = clock.sub(from.w).div(to.w);
  const head = progress.clamp(0, 1.35);
  const tail = shape.x.mul(0.34);
  const u = head.sub(tail).clamp(0, 1);
  const height = to.xyz.sub(from.xyz).length().mul(0.16).add(0.35);
  const pointAt = (t: N) => {
    const straight = from.xyz.add(to.xyz.sub(from.xyz).mul(t));
    return straight.add(vec3(0, t.mul(t.oneMinus()).mul(4).mul(height), 0));
  };
  const here = pointAt(u);
  const next = pointAt(u.add(0.012));
  const side = next
    .sub(here)
    .cross((cameraPosition as N).sub(here))
    .normalize();
  const near = shape.x.oneMinus();
  const distance = (cameraPosition as N).sub(here).length();
  const width = near.mul(near).mul(0.085).add(0.012).mul(distance.mul(0.035).max(0.75));
  const world = varying(here.add(side.mul(shape.y).mul(width))) as N;
  const along = varying(shape.x) as N;
  const across = varying(shape.y) as N;
  const alive = varying(
    smoothstep(float(0), float(0.04), progress).mul(smoothstep(float(1.35), float(1), progress)),
  ) as N;
  const fragment = Fn(() => {
    const core = smoothstep(float(1), float(0), across.abs());
    const trail = along.oneMinus().pow(2);
    const white = smoothstep(float(0.1), float(0), along).mul(0.75);
    return vec4(tone.xyz.add(white).mul(core).mul(trail).mul(alive).mul(tone.w).mul(haze(world).oneMinus()), 1);
  });
  return { vertex: project(world), fragment: fragment(), blend: 'add' as const, bothSides: true };
}

export class Beams {
  readonly #parts: Instances<(typeof NAMES)[number]>;
  #next = 0;
  #until = 0;
  #ticks = 0;

  constructor() {
    // x from 0 (head) to 1 (end of the tail), y across.
    const strip = new PlaneGeometry(1, 2, SEGMENTS, 1).translate(0.5, 0, 0);
    this.#parts = new Instances(strip, NAMES, FLIGHTS_MAX, surface(ribbon()), 9);
    for (let index = 0; index < FLIGHTS_MAX; index++) {
      this.#parts.set(index, 'aFrom', 0, 0, 0, -100);
      this.#parts.set(index, 'aTo', 0, 1, 0, 1);
    }
    this.#parts.flush(FLIGHTS_MAX);
    this.#parts.mesh.visible = false;
  }

  get objects(): Object3D[] {
    return [this.#parts.mesh];
  }

  /** Sends light on its way; `start` may lie in the future. */
  fly(
    from: Point,
    to: Point,
    start: number,
    seconds: number,
    rgb: readonly [number, number, number],
    strength: number,
  ): void {
    const index = this.#next;
    this.#next = (this.#next + 1) % FLIGHTS_MAX;
    this.#parts.set(index, 'aFrom', from.x, from.y, from.z, start);
    this.#parts.set(index, 'aTo', to.x, to.y, to.z, seconds);
    this.#parts.set(index, 'aTone', ...rgb, strength);
    for (const name of NAMES) this.#parts.touch(index, name);
    this.#until = Math.max(this.#until, start + seconds * 1.4);
  }

  /** Nothing is drawn while nothing flies, except, unseen, in the first frames: the first flight finds everything on the card. */
  tick(now: number): boolean {
    this.#parts.mesh.visible = this.#ticks++ < WARM_FRAMES || now < this.#until;
    return this.#parts.mesh.visible;
  }

  dispose(): void {
    this.#parts.dispose();
  }
}
