// What all shaders of the world share: clock, projection, fog, noise, and a material that leaves colours as they are.

import {
  cameraPosition,
  cameraProjectionMatrix,
  cameraViewMatrix,
  float,
  mix,
  smoothstep,
  uniform,
  vec3,
  vec4,
} from 'three/tsl';
import { AdditiveBlending, DoubleSide, type Node, NodeMaterial, NormalBlending } from 'three/webgpu';
import { GROUND, HORIZON } from './palette.ts';

// TSL's own types change from release to release; the shaders are checked by running them, so nodes are loosely typed here.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type N = any;

/** Seconds since the world began. */
export const clock = uniform(0) as N;
/** 1, or 0 when motion is to be reduced. */
export const motion = uniform(1) as N;

export const colour = (rgb: readonly [number, number, number]): N => vec3(rgb[0], rgb[1], rgb[2]);

/** How far the eye is from what it looks at; the air is clear up to there. */
export const reach = uniform(45) as N;

/** Where a point of the world is on the screen. */
export const project = (world: N): N => (cameraProjectionMatrix as N).mul((cameraViewMatrix as N).mul(vec4(world, 1)));

/** How much of the air between is seen instead of the thing. */
export const haze = (world: N): N => {
  const distance = (cameraPosition as N).sub(world).length();
  return smoothstep(reach.mul(1.25), reach.mul(1.25).add(150), distance);
};

/** What far things fade into; the sky has the same colour where the plane meets it. */
export const AIR: N = mix(colour(GROUND), colour(HORIZON), float(0.5));

export const inAir = (rgb: N, world: N): N => mix(rgb, AIR, haze(world));

/** A number between 0 and 1 that looks random and belongs to a place. */
export const noise = (at: N): N =>
  at
    .dot(vec3(12.9898, 78.233, 37.719))
    .sin()
    .mul(43758.5453)
    .fract();

/** One of several colours by its number. */
export const among = (index: N, colours: readonly (readonly [number, number, number])[]): N =>
  colours
    .slice(1)
    .reduce((rest: N, rgb, i) => index.greaterThan(i + 0.5).select(colour(rgb), rest), colour(colours[0]!));

/** A line of constant width on the screen where `value` is whole. */
export const lines = (value: N, width: N): N => {
  const away = value.sub(0.5).fract().sub(0.5).abs();
  const pixel = value.fwidth().max(1e-5);
  return smoothstep(width.add(1), width, away.div(pixel)).mul(smoothstep(float(0.7), float(0.25), pixel));
};

export interface Surface {
  vertex: N;
  /** Colour and opacity. */
  fragment: N;
  blend?: 'none' | 'normal' | 'add';
  depthWrite?: boolean;
  depthTest?: boolean;
  bothSides?: boolean;
}

export function surface({
  vertex,
  fragment,
  blend = 'none',
  depthWrite,
  depthTest = true,
  bothSides = false,
}: Surface): NodeMaterial {
  const material = new NodeMaterial();
  material.vertexNode = vertex as Node<'vec4'>;
  material.fragmentNode = fragment as Node<'vec4'>;
  material.transparent = blend !== 'none';
  material.blending = blend === 'add' ? AdditiveBlending : NormalBlending;
  material.depthWrite = depthWrite ?? blend === 'none';
  material.depthTest = depthTest;
  if (bothSides) {
    material.side = DoubleSide;
    // Light adds up in any order, and sheets do not cover themselves: one draw instead of two.
    material.forceSinglePass = true;
  }
  material.fog = false;
  material.lights = false;
  return material;
}
