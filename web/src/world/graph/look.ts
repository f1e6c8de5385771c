// What nodes and bonds of the net look like: flat signs that face the eye, in one draw, and thin lines, in another.

import {
  attribute,
  cameraProjectionMatrix,
  cameraViewMatrix,
  Fn,
  float,
  mix,
  positionGeometry,
  smoothstep,
  varying,
  vec2,
  vec3,
  vec4,
} from 'three/tsl';
import { clock, haze, motion, type N, surface } from '../shading.ts';
import type { Sort } from './graph.ts';

export const SORTS: readonly Sort[] = ['mesh', 'host', 'human', 'agent', 'bot', 'bridge', 'room', 'task', 'group'];
export const NODE = ['aFrom', 'aTo', 'aLook', 'aTone'] as const;
export const BOND = ['aStart', 'aEnd', 'aTone'] as const;
/** How long nodes take to a new place, and bonds to come. */
export const MOVE_SECONDS = 0.9;
export const COME_SECONDS = 0.28;
/** The sheet of a node is so much larger than the node: marks stand around it. */
const SHEET = 1.5;

const view = (world: N): N => (cameraViewMatrix as N).mul(vec4(world, 1));
const less = (a: N, edge: number): N => smoothstep(float(edge + 0.035), float(edge - 0.035), a);
const yes = (condition: N): N => condition.select(float(1), float(0));

/** The sign of each kind, as the distance to its edge: below 0 is inside. */
function signs(p: N): Record<Sort, N> {
  const r = p.length();
  const box = (x: N, y: N, wide: number, high: number) => x.abs().sub(wide).max(y.abs().sub(high));
  const hex = p.x.abs().mul(0.866).add(p.y.abs().mul(0.5)).max(p.y.abs()).sub(0.74);
  const arch = p.y
    .greaterThan(-0.1)
    .select(
      vec2(p.x, p.y.add(0.1)).length().sub(0.52).abs().sub(0.17),
      box(p.x.abs().sub(0.52), p.y.add(0.42), 0.17, 0.33),
    );
  const dot = (x: number, y: number) => vec2(p.x.sub(x), p.y.sub(y)).length().sub(0.36);
  // A globe with its equator and a meridian.
  const globe = r
    .sub(0.86)
    .abs()
    .sub(0.07)
    .min(box(p.x, p.y, 0.82, 0.035))
    .min(vec2(p.x.mul(2.1), p.y).length().sub(0.84).abs().sub(0.08));
  // A machine: three drawers.
  const host = box(p.x, p.y.abs().sub(0.52), 0.72, 0.17).min(box(p.x, p.y, 0.72, 0.17));
  return {
    mesh: globe,
    host,
    human: vec2(p.x, p.y.sub(0.46))
      .length()
      .sub(0.3)
      .min(vec2(p.x.mul(0.92), p.y.add(0.62).mul(0.8)).length().sub(0.56).max(p.y.add(0.78).negate())),
    agent: hex,
    bot: box(p.x, p.y, 0.6, 0.6),
    bridge: arch,
    room: r.sub(0.92).abs().sub(0.05),
    task: p.x.abs().add(p.y.abs()).sub(0.86),
    group: dot(0, 0.4).min(dot(-0.42, -0.32)).min(dot(0.42, -0.32)),
  };
}

/** aFrom and aTo: where from and since when, where to and how large. aLook: kind, ghost, trust, how much it counts now. */
export function nodes() {
  const from = attribute('aFrom', 'vec4') as N;
  const to = attribute('aTo', 'vec4') as N;
  const look = varying(attribute('aLook', 'vec4') as N) as N;
  const tone = varying(attribute('aTone', 'vec4') as N) as N;
  const t = clock.sub(from.w).div(MOVE_SECONDS).clamp(0, 1);
  const middle = mix(from.xyz, to.xyz, t.mul(t).mul(float(3).sub(t.mul(2))));
  const shape = (positionGeometry as N).xy.mul(SHEET);
  const seen = view(middle);
  // From afar a node stays large enough to be seen.
  const size = to.w.max(seen.z.negate().mul(0.0052));
  const vertex = (cameraProjectionMatrix as N).mul(vec4(seen.xy.add(shape.mul(size)), seen.z, 1));
  const local = varying(shape) as N;
  const world = varying(middle) as N;
  const fragment = Fn(() => {
    const p = local;
    const r = p.length();
    const all = signs(p);
    const edge = SORTS.slice(1).reduce(
      (rest: N, sort, at) =>
        yes(look.x.greaterThan(at + 0.5))
          .greaterThan(0.5)
          .select(all[sort], rest),
      all.mesh,
    );
    const body = less(edge, 0);
    const line = less(edge.abs(), 0.05);
    const ghost = look.y;
    const flat = yes(look.x.sub(SORTS.indexOf('room')).abs().lessThan(0.5))
      .mul(less(r, 0.88))
      .mul(0.16);
    const fill = mix(body, line.mul(0.8).add(body.mul(0.14)), ghost);
    // Around it: gold for the owner, a horizon for who comes from another mesh, a hatch for who is unproven.
    const around = less(r.sub(1.12).abs(), 0.035);
    const horizon = less(p.y.add(1.14).abs(), 0.05).mul(less(p.x.abs(), 0.8));
    const hatch = less(r.sub(1.14).abs(), 0.09).mul(
      smoothstep(float(0.4), float(0.6), p.x.add(p.y).mul(16).sin().mul(0.5).add(0.5)),
    );
    const trust = look.z
      .lessThan(0.5)
      .select(float(0), look.z.lessThan(1.5).select(around, look.z.lessThan(2.5).select(horizon, hatch)));
    const trusted = look.z
      .lessThan(1.5)
      .select(vec3(1, 0.83, 0.47), look.z.lessThan(2.5).select(vec3(0.6, 0.65, 1), vec3(1, 0.62, 0.36)));
    const chosen = less(r.sub(1.34).abs(), 0.05).mul(yes(look.w.greaterThan(2.5)));
    // What just spoke or heard lights up for a moment.
    const since = clock.sub(tone.w);
    const spark = smoothstep(float(1.1), float(0), since).mul(yes(since.greaterThan(0)));
    const halo = smoothstep(float(1.5), float(0.2), r).mul(spark.mul(0.5));
    const shade = p.y.mul(0.12).add(0.92);
    const light: N = mix(tone.xyz.mul(shade).add(spark.mul(0.3)), trusted, trust.mul(body.oneMinus()));
    const rgb: N = mix(light, vec3(0.92, 0.97, 1), chosen);
    const here = look.w.lessThan(0.5).select(float(0.2), float(1));
    const alpha = fill.max(flat).max(trust.mul(0.9)).max(halo).mul(here).max(chosen);
    return vec4(rgb, alpha.mul(haze(world).mul(0.85).oneMinus()));
  });
  return surface({ vertex, fragment: fragment(), blend: 'normal', depthTest: false });
}

/** A bond: a line as thin as the screen lets it be, that comes from its beginning. */
export function bonds() {
  const start = attribute('aStart', 'vec4') as N;
  const end = attribute('aEnd', 'vec4') as N;
  const tone = varying(attribute('aTone', 'vec4') as N) as N;
  const shape = positionGeometry as N;
  const a = view(start.xyz) as N;
  const b = view(end.xyz);
  const come: N = mix(float(1), clock.sub(start.w).div(COME_SECONDS).clamp(0, 1), motion);
  const here = a.xyz.add(b.xyz.sub(a.xyz).mul(shape.x.add(0.5)));
  const side = b.xyz.sub(a.xyz).cross(here).normalize();
  const width = here.z.abs().mul(0.0013).max(0.008);
  const vertex = (cameraProjectionMatrix as N).mul(vec4(here.add(side.mul(shape.y.mul(2)).mul(width)), 1));
  const across = varying(shape.y) as N;
  const along = varying(shape.x.add(0.5)) as N;
  const shown = varying(come) as N;
  const fragment = Fn(() => {
    const thin = smoothstep(float(0.5), float(0.12), across.abs());
    // Clear at the end that is acted on, so that the eye reads from whom to whom.
    const light = along
      .mul(0.35)
      .add(0.6)
      .mul(yes(along.lessThan(shown.mul(1.02))));
    return vec4(tone.xyz.mul(thin).mul(light).mul(tone.w), 1);
  });
  return surface({ vertex, fragment: fragment(), blend: 'add', depthTest: false, bothSides: true });
}
