// Rooms as platforms: a floor whose pattern tells the purpose, a low wall, a door that tells access, and the pillar in the
// middle that messages go through.

import { attribute, Fn, float, mix, positionGeometry, smoothstep, varying, vec2, vec3, vec4 } from 'three/tsl';
import { type BufferGeometry, CircleGeometry, CylinderGeometry, type Object3D, PlaneGeometry } from 'three/webgpu';
import { Instances } from './instances.ts';
import type { RoomPlace } from './layout.ts';
import { BAD, FLOOR, LINE, QUIET, ROOM_INDEX, TRUST_COLOUR } from './palette.ts';
import type { WorldRoom } from './scene-view.ts';
import { clock, colour, haze, inAir, lines, type N, noise, project, type Surface, surface } from './shading.ts';

const NAMES = ['aPlace', 'aStyle', 'aPulse'] as const;
type Names = (typeof NAMES)[number];
const ROOMS_MAX = 256;
export const PILLAR_HEIGHT = 3.1;
const WALL_HEIGHT = 0.62;
/** Tasks at once from which on a room is as bright as it gets. */
const LOAD_FULL = 4;
/** Added to the number of the door's kind while something is held back before it. */
const VEIL = 8;
/** Half the width of the door. */
const DOOR = 1.15;

const place = () => attribute('aPlace', 'vec4') as N;
const style = () => attribute('aStyle', 'vec4') as N;
const pulseOf = () => attribute('aPulse', 'vec4') as N;

/** 1 just after a message, gone two seconds later. */
const freshness = (pulse: N): N => {
  const age = clock.sub(pulse.w);
  return smoothstep(float(2.2), float(0), age).mul(age.greaterThan(0).select(float(1), float(0)));
};

function floor(): Surface {
  const at = place();
  const local = varying((positionGeometry as N).xz) as N;
  const world = varying(vec3(at.x, 0.07, at.y).add((positionGeometry as N).mul(vec3(at.z, 1, at.z)))) as N;
  const look = varying(style()) as N;
  const pulse = varying(pulseOf()) as N;
  const size = varying(at.z) as N;
  const fragment = Fn(() => {
    const r = local.length();
    const metres = r.mul(size);
    const angle = local.y.atan(local.x);
    const kind = look.x;
    // Circles for a room, rays for a broadcast, hatching for a group, two halves for a direct conversation.
    const circles = lines(metres.div(0.92), float(0)).mul(0.34);
    const rays = lines(angle.div(Math.PI / 16), float(0))
      .mul(0.4)
      .mul(smoothstep(float(0.22), float(0.4), r));
    const hatch = lines(local.x.add(local.y).mul(size).div(0.9), float(0)).mul(0.34);
    const halves = lines(local.x.mul(size).div(1.6), float(0.2)).mul(0.4);
    const pattern = kind
      .lessThan(0.5)
      .select(circles, kind.lessThan(1.5).select(halves, kind.lessThan(2.5).select(hatch, rays)))
      .mul(smoothstep(float(1), float(0.55), r))
      .mul(smoothstep(float(0.14), float(0.24), r));
    const pixel = r.fwidth().max(1e-5);
    const circle = (at: number, width: number) =>
      smoothstep(float(width + 0.8), float(width - 0.2), r.sub(at).abs().div(pixel));
    const rim = circle(0.985, 1).add(circle(0.9, 0.5).mul(0.45));
    const seats = smoothstep(float(0.03), float(0), metres.sub(size.mul(0.56).max(2.3)).abs()).mul(0.5);
    const core = smoothstep(float(0.34), float(0), r).mul(0.22);
    // A message runs over the floor as one ring.
    const age = clock.sub(pulse.w);
    const wave = smoothstep(float(0.05), float(0), r.sub(age.mul(1.1)).abs())
      .mul(smoothstep(float(1), float(0.35), age))
      .mul(age.greaterThan(0).select(float(1), float(0)));
    const tone = mix(colour(QUIET).mul(0.8), colour(LINE), look.z);
    const base = mix(colour(FLOOR).mul(1.5), colour(FLOOR).mul(0.82), r);
    const light = tone
      .mul(pattern.mul(0.55).add(rim.mul(0.5)).add(core).add(seats.mul(0.28)))
      .add(pulse.xyz.mul(wave.mul(0.55).add(freshness(pulse).mul(0.1).mul(r.oneMinus()))));
    return vec4(inAir(base.add(light.mul(look.w)), world), 1);
  });
  return { vertex: project(world), fragment: fragment() };
}

/** Light that the platform throws on the plane around it. */
function halo(): Surface {
  const at = place();
  const local = varying((positionGeometry as N).xz) as N;
  const world = varying(
    vec3(at.x, 0.03, at.y).add((positionGeometry as N).mul(vec3(at.z.mul(1.9), 1, at.z.mul(1.9)))),
  ) as N;
  const look = varying(style()) as N;
  const pulse = varying(pulseOf()) as N;
  const fragment = Fn(() => {
    const r = local.length();
    const soft = smoothstep(float(1), float(0.3), r).pow(2.2);
    const tone = mix(colour(QUIET).mul(0.5), colour(LINE), look.z);
    const light = tone
      .mul(0.12)
      .mul(look.w)
      .add(pulse.xyz.mul(freshness(pulse)).mul(0.16));
    return vec4(light.mul(soft).mul(haze(world).oneMinus()), 1);
  });
  return { vertex: project(world), fragment: fragment(), blend: 'add' };
}

function wall(): Surface {
  const at = place();
  const shape = positionGeometry as N;
  const angle = varying(shape.z.atan(shape.x)) as N;
  const height = varying(shape.y) as N;
  const world = varying(vec3(at.x, 0.07, at.y).add(shape.mul(vec3(at.z, WALL_HEIGHT, at.z)))) as N;
  const look = varying(style()) as N;
  const spot = varying(at) as N;
  const pulse = varying(pulseOf()) as N;
  const fragment = Fn(() => {
    // The gap of the door.
    const turn = angle
      .sub(spot.w)
      .add(Math.PI * 3)
      .mod(Math.PI * 2)
      .sub(Math.PI)
      .abs()
      .mul(spot.z);
    const open = smoothstep(float(DOOR - 0.04), float(DOOR + 0.04), turn);
    const top = smoothstep(float(2.6), float(1.2), height.oneMinus().div(height.fwidth().max(1e-5)));
    const foot = smoothstep(float(0.12), float(0), height).mul(0.25);
    const body = height.oneMinus().mul(0.1).add(0.035);
    // Behind frosted walls only members see.
    const kind = look.y.add(0.5).floor().mod(VEIL);
    const frost = kind
      .greaterThan(0.5)
      .and(kind.lessThan(1.5))
      .select(noise(world.mul(7).floor()).mul(0.1).add(0.13), float(0));
    const posts = lines(angle.mul(12).div(Math.PI), float(0.4)).mul(0.16).mul(height.oneMinus());
    const tone = mix(colour(QUIET), colour(LINE), look.z);
    const strength = top.mul(0.85).add(foot).add(body).add(frost).add(posts).mul(look.w).mul(open);
    const light = tone.add(pulse.xyz.mul(freshness(pulse)).mul(0.7));
    return vec4(light, strength.mul(haze(world).oneMinus()));
  });
  return { vertex: project(world), fragment: fragment(), blend: 'normal', bothSides: true };
}

/** The door, drawn on an upright sheet in the gap of the wall. */
function door(): Surface {
  const at = place();
  const shape = positionGeometry as N;
  const c = at.w.cos();
  const s = at.w.sin();
  const along = shape.x.mul(DOOR * 2.3);
  const world = varying(
    vec3(
      at.x.add(c.mul(at.z)).sub(s.mul(along)),
      shape.y
        .add(0.5)
        .mul(DOOR * 2.3)
        .add(0.07),
      at.y.add(s.mul(at.z)).add(c.mul(along)),
    ),
  ) as N;
  const point: N = varying(vec2(shape.x.mul(2.3), shape.y.add(0.5).mul(2.3))) as N;
  const look = varying(style()) as N;
  const fragment = Fn(() => {
    // An arch: a half circle on two posts, as the distance to its line.
    const x = point.x.abs();
    const y = point.y;
    const arch = y
      .greaterThan(0.95)
      .select(vec2(x, y.sub(0.95)).length().sub(1), x.sub(1))
      .toVar();
    const line = smoothstep(float(1.9), float(0.7), arch.abs().div(arch.fwidth().max(1e-5)));
    const inside = smoothstep(float(0), float(-0.04), arch);
    const glow = smoothstep(float(0.16), float(0), arch.abs()).mul(0.2);
    const barred = lines(point.x.mul(2.5), float(0.7)).mul(inside).mul(0.8);
    const frosted = noise((vec3(point.x, point.y, 1) as N).mul(24).floor())
      .mul(0.14)
      .add(0.2)
      .mul(inside);
    const kind = look.y.add(0.5).floor().mod(VEIL);
    const veiled = look.y.greaterThan(VEIL - 0.5).select(float(1), float(0));
    const federated = kind.greaterThan(2.5).select(float(1), float(0));
    const fill = kind
      .lessThan(0.5)
      .select(
        inside.mul(0.03),
        kind.lessThan(1.5).select(frosted, kind.lessThan(2.5).select(barred, inside.mul(0.05))),
      );
    // A second arch around the first: it leads to other meshes.
    const ring = smoothstep(float(1.9), float(0.7), arch.sub(0.13).abs().div(arch.fwidth().max(1e-5))).mul(federated);
    const veil = inside.mul(veiled).mul(lines(point.y.mul(7), float(0.6)).mul(0.3).add(0.28));
    const own = mix(colour(QUIET), colour(LINE), look.z);
    const tone = mix(
      mix(own, colour(TRUST_COLOUR.federated), ring),
      colour(BAD),
      veil.greaterThan(0).select(float(1), float(0)),
    );
    const strength = line.mul(0.9).add(glow).add(fill).add(ring.mul(0.8)).add(veil);
    return vec4(tone as N, strength.mul(look.w).mul(haze(world).oneMinus()));
  });
  return { vertex: project(world), fragment: fragment(), blend: 'normal', bothSides: true };
}

/** The pillar: a thin core and a shaft of light around it. */
function pillar(): Surface {
  const at = place();
  const shape = positionGeometry as N;
  const pulse = varying(pulseOf()) as N;
  const look = varying(style()) as N;
  const height = varying(shape.y) as N;
  const lift = freshness(pulseOf()).mul(1.6).add(1);
  const world = varying(vec3(at.x, 0.07, at.y).add(shape.mul(vec3(1, lift.mul(PILLAR_HEIGHT), 1)))) as N;
  const fragment = Fn(() => {
    const tone = mix(colour(QUIET), colour(LINE), look.z);
    const lit = freshness(pulse);
    const core = smoothstep(float(1), float(0.1), height);
    const strength = core
      .mul(core)
      .mul(lit.mul(0.42).add(0.2))
      .add(smoothstep(float(0.05), float(0), height).mul(0.4));
    return vec4(mix(tone, pulse.xyz.add(0.1), lit.mul(0.85)) as N, strength.mul(look.w).mul(haze(world).oneMinus()));
  });
  return { vertex: project(world), fragment: fragment(), blend: 'add', bothSides: true };
}

export class Platforms {
  readonly #parts: Instances<Names>[];
  readonly #index = new Map<string, number>();
  readonly #pulses = new Map<string, readonly [number, number, number, number]>();

  constructor() {
    const disc = new CircleGeometry(1, 72).rotateX(-Math.PI / 2);
    const sheet = new PlaneGeometry(2, 2).rotateX(-Math.PI / 2);
    const ring = new CylinderGeometry(1, 1, 1, 96, 1, true).translate(0, 0.5, 0);
    const shaft = new CylinderGeometry(0.07, 0.16, 1, 12, 1, true).translate(0, 0.5, 0);
    const make = (shape: BufferGeometry, look: Surface, order: number) =>
      new Instances(shape, NAMES, ROOMS_MAX, surface(look), order);
    this.#parts = [
      make(sheet, halo(), 1),
      make(disc, floor(), 2),
      make(ring, wall(), 6),
      make(new PlaneGeometry(1, 1), door(), 7),
      make(shaft, pillar(), 8),
    ];
  }

  get objects(): Object3D[] {
    return this.#parts.map((part) => part.mesh);
  }

  show(
    rooms: readonly { room: WorldRoom; place: RoomPlace }[],
    selected: string | null,
    loads: ReadonlyMap<string, { running: number; held: number }>,
  ): void {
    this.#index.clear();
    for (const [index, { room, place: at }] of rooms.entries()) {
      if (index >= ROOMS_MAX) break;
      this.#index.set(room.id, index);
      const access = room.archived ? 2 : { listed: 0, private: 1, federated: 3 }[room.access];
      const veil = (loads.get(room.id)?.held ?? 0) > 0 ? VEIL : 0;
      // A room where much is done is brighter; a quiet one stays in the background.
      const load = Math.min(1, (loads.get(room.id)?.running ?? 0) / LOAD_FULL);
      const strength = (room.member ? 0.62 + load * 0.55 : 0.42) * (room.id === selected ? 1.6 : 1);
      const pulse = this.#pulses.get(room.id) ?? [0, 0, 0, -100];
      for (const part of this.#parts) {
        part.set(index, 'aPlace', at.x, at.z, at.radius, at.door);
        part.set(index, 'aStyle', ROOM_INDEX[room.kind], access + veil, room.member ? 1 : 0.25, strength);
        part.set(index, 'aPulse', ...pulse);
      }
    }
    for (const part of this.#parts) part.flush(rooms.length);
  }

  /** A message passes through the pillar. */
  pulse(room: string, rgb: readonly [number, number, number], when: number): void {
    const index = this.#index.get(room);
    if (index === undefined) return;
    const pulse = [...rgb, when] as const;
    this.#pulses.set(room, pulse);
    for (const part of this.#parts) {
      part.set(index, 'aPulse', ...pulse);
      part.touch(index, 'aPulse');
    }
  }

  dispose(): void {
    for (const part of this.#parts) part.dispose();
  }
}
