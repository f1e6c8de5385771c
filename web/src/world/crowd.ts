// Avatars: one draw for each kind, and one for the marks on the floor beneath all of them (presence, trust, selection).

import {
  attribute,
  cameraPosition,
  Fn,
  float,
  mix,
  positionGeometry,
  smoothstep,
  varying,
  vec3,
  vec4,
} from 'three/tsl';
import { type Object3D, PlaneGeometry } from 'three/webgpu';
import type { ParticipantKind } from '../api/types.ts';
import { Instances } from './instances.ts';
import { APPEAR_SECONDS, TRAVEL_SECONDS } from './motion.ts';
import { KIND_COLOUR, KIND_INDEX, STATE_INDEX, TRUST_COLOUR, TRUST_INDEX, URGENT } from './palette.ts';
import { among, clock, colour, haze, inAir, motion, type N, project, surface } from './shading.ts';
import { SHAPES } from './shapes.ts';
import type { Standing } from './standing.ts';

const NAMES = ['aPath', 'aLife', 'aLook'] as const;
type Names = (typeof NAMES)[number];
const BODIES_MAX = 2048;
/** Avatars are a little larger than life, so that they can be told apart from afar. */
export const SCALE = 1.3;
const KINDS: readonly ParticipantKind[] = ['human', 'agent', 'bot', 'bridge'];

/** Fraction of the way a body has come; as in motion.ts. */
const way = (life: N) => {
  const t = clock.sub(life.x).div(TRAVEL_SECONDS).clamp(0, 1);
  return t.mul(t).mul(float(3).sub(t.mul(2)));
};

function ground(path: N, life: N): { at: N; hop: N } {
  const e = way(life);
  const at = mix(path.xy, path.zw, e);
  const hop = e.mul(Math.PI).sin().mul(path.zw.sub(path.xy).length().mul(0.12).min(4));
  return { at, hop };
}

/** 0 before it came and after it went, 1 in between. */
const presence = (life: N) => {
  const born = clock.sub(life.y).div(APPEAR_SECONDS).clamp(0, 1);
  const gone = life.z.greaterThan(0).select(clock.sub(life.z).div(APPEAR_SECONDS).clamp(0, 1), float(0));
  return smoothstep(float(0), float(1), born).mul(gone.oneMinus());
};

function body(kind: ParticipantKind) {
  const path = attribute('aPath', 'vec4') as N;
  const life = attribute('aLife', 'vec4') as N;
  const look = attribute('aLook', 'vec4') as N;
  const shape = positionGeometry as N;
  const normal = attribute('normal', 'vec3') as N;
  const { at, hop } = ground(path, life);
  const here = presence(life);
  const alive = look.x.lessThan(3).select(float(1), float(0)).mul(motion);
  // Agents turn slowly; the others look where their seat looks, at the pillar.
  const phase = life.w.mul(7.3);
  const yaw = kind === 'agent' ? life.w.add(clock.mul(0.35).mul(alive)) : life.w;
  const c = yaw.cos();
  const s = yaw.sin();
  const turned = (v: N) => vec3(v.x.mul(c).sub(v.z.mul(s)), v.y, v.x.mul(s).add(v.z.mul(c)));
  const float_ = clock
    .mul(1.4)
    .add(phase)
    .sin()
    .mul(kind === 'agent' ? 0.07 : 0.015)
    .mul(alive);
  const rise = here.oneMinus().mul(life.z.greaterThan(0).select(float(2.4), float(0)));
  const world = varying(
    turned(shape)
      .mul(here.mul(SCALE))
      .add(vec3(at.x, hop.add(float_).add(rise).add(0.07), at.y)),
  ) as N;
  const n = varying(turned(normal)) as N;
  const state = varying(look) as N;
  const shown = varying(here) as N;
  const rgb = colour(KIND_COLOUR[kind]);
  const fragment = Fn(() => {
    const view = (cameraPosition as N).sub(world).normalize();
    const facing = n.normalize().dot(view).abs();
    const rim = facing.oneMinus().pow(2.4);
    const sky = n.normalize().y.mul(0.5).add(0.5);
    const side = n
      .normalize()
      .dot(vec3(0.45, 0.5, 0.74))
      .max(0);
    const tall = smoothstep(float(0), float(1.7), world.y);
    const ghost = state.x.greaterThan(2.5).select(float(1), float(0));
    const idle = state.x.lessThan(0.5).select(float(0.92), float(1));
    const lit = rgb
      .mul(sky.mul(0.2).add(side.mul(0.62)).add(0.2).add(tall.mul(0.1)))
      .add(rgb.mul(rim).mul(0.45))
      .add(vec3(rim.mul(0.06)));
    // Somebody who speaks or hears lights up for a moment.
    const spark = smoothstep(float(1.1), float(0), clock.sub(state.z)).mul(
      clock.sub(state.z).greaterThan(0).select(float(1), float(0)),
    );
    const tone = mix(lit.mul(idle), rgb.mul(rim.mul(0.9).add(0.1)), ghost).add(rgb.mul(spark).mul(0.35));
    const solid = mix(float(1), rim.mul(0.5).add(0.16), ghost).mul(shown).mul(haze(world).oneMinus());
    return vec4(inAir(tone, world), solid);
  });
  return { vertex: project(world), fragment: fragment(), blend: 'normal' as const, depthWrite: true };
}

/** Marks on the floor: a soft light, the ring of the state, the ring of the trust, and the mark of what is selected. */
function mark() {
  const path = attribute('aPath', 'vec4') as N;
  const life = attribute('aLife', 'vec4') as N;
  const { at } = ground(path, life);
  const here = presence(life);
  const shape = positionGeometry as N;
  const world = varying(vec3(at.x, 0.1, at.y).add(shape.mul(1.55))) as N;
  const local = varying(shape.xz.mul(1.2)) as N;
  const look = varying(attribute('aLook', 'vec4') as N) as N;
  const shown = varying(here) as N;
  const fragment = Fn(() => {
    const r = local.length();
    const angle = local.y.atan(local.x);
    const kind = look.w.mod(4);
    const chosen = look.w.greaterThan(3.5).select(float(1), float(0));
    const state = look.x;
    const rgb = among(
      kind,
      KINDS.map((one) => KIND_COLOUR[one]),
    );
    const trust = among(look.y, [
      TRUST_COLOUR.local,
      TRUST_COLOUR.owner,
      TRUST_COLOUR.federated,
      TRUST_COLOUR.untrusted,
    ]);
    const present = state.lessThan(2.5).select(float(1), float(0.25));
    const pool = smoothstep(float(0.95), float(0), r).pow(2).mul(0.55).mul(present);
    const ring = (radius: number, width: number) => smoothstep(float(width), float(width * 0.35), r.sub(radius).abs());
    // Busy: an arc that goes round. Do not disturb: a still bar. Away and gone: dashes.
    const turn = angle
      .add(clock.mul(1.6).mul(motion))
      .div(Math.PI * 2)
      .fract();
    const busy = ring(0.66, 0.05)
      .mul(smoothstep(float(0.2), float(0.85), turn))
      .add(ring(0.66, 0.03).mul(0.25));
    const bar = smoothstep(float(0.07), float(0.03), local.y.abs())
      .mul(smoothstep(float(0.7), float(0.64), r))
      .add(ring(0.66, 0.045));
    const dashes = ring(0.66, 0.03)
      .mul(smoothstep(float(0.45), float(0.55), angle.mul(6).sin().mul(0.5).add(0.5)))
      .mul(0.6);
    const signs = state
      .lessThan(0.5)
      .select(ring(0.66, 0.03).mul(0.7), state.lessThan(1.5).select(busy, state.lessThan(2.5).select(bar, dashes)));
    // Trust: gold ring; a horizon line for those from afar; a hatch for those unproven.
    const horizon = smoothstep(float(0.04), float(0.015), local.y.sub(0.84).abs())
      .mul(smoothstep(float(0.75), float(0.7), local.x.abs()))
      .add(ring(0.86, 0.025).mul(0.35));
    const hatch = ring(0.88, 0.08).mul(smoothstep(float(0.4), float(0.6), angle.mul(22).sin().mul(0.5).add(0.5)));
    const trusted = look.y
      .lessThan(0.5)
      .select(float(0), look.y.lessThan(1.5).select(ring(0.86, 0.035), look.y.lessThan(2.5).select(horizon, hatch)));
    const spark = smoothstep(float(0.9), float(0), clock.sub(look.z)).mul(
      clock.sub(look.z).greaterThan(0).select(float(1), float(0)),
    );
    const echo = smoothstep(float(0.1), float(0), r.sub(spark.oneMinus().mul(1.1).add(0.1)).abs()).mul(spark);
    const tone = rgb.mul(pool.add(echo.mul(0.8))).add(
      state
        .greaterThan(1.5)
        .and(state.lessThan(2.5))
        .select(vec3(0.97, 0.44, 0.44), rgb)
        .mul(signs)
        .mul(0.9),
    );
    const light = tone.add(trust.mul(trusted).mul(0.85)).add(vec3(0.9, 0.96, 1).mul(ring(1.08, 0.05)).mul(chosen));
    return vec4(light.mul(shown).mul(haze(world).oneMinus()), 1);
  });
  return { vertex: project(world), fragment: fragment(), blend: 'add' as const };
}

export class Crowd {
  readonly #kinds: Record<ParticipantKind, Instances<Names>>;
  readonly #marks: Instances<Names>;
  /** Where each body is drawn: its kind's index and its mark's. */
  readonly #where = new Map<string, { kind: ParticipantKind; body: number; mark: number; standing: Standing }>();

  constructor() {
    const make = (kind: ParticipantKind) =>
      new Instances(SHAPES[kind](), NAMES, BODIES_MAX / 4, surface(body(kind)), 4);
    this.#kinds = { human: make('human'), agent: make('agent'), bot: make('bot'), bridge: make('bridge') };
    this.#marks = new Instances(new PlaneGeometry(2, 2).rotateX(-Math.PI / 2), NAMES, BODIES_MAX, surface(mark()), 3);
  }

  get objects(): Object3D[] {
    return [...KINDS.map((kind) => this.#kinds[kind].mesh), this.#marks.mesh];
  }

  show(all: readonly Standing[], selected: string | null): void {
    this.#where.clear();
    const counts: Record<ParticipantKind, number> = { human: 0, agent: 0, bot: 0, bridge: 0 };
    for (const [mark, standing] of all.slice(0, BODIES_MAX).entries()) {
      const { kind } = standing.body;
      const index = counts[kind]++;
      this.#where.set(standing.body.id, { kind, body: index, mark, standing });
      this.#write(this.#kinds[kind], index, standing, selected);
      this.#write(this.#marks, mark, standing, selected);
    }
    for (const kind of KINDS) this.#kinds[kind].flush(counts[kind]);
    this.#marks.flush(Math.min(all.length, BODIES_MAX));
  }

  #write(part: Instances<Names>, index: number, standing: Standing, selected: string | null): void {
    const { path, born, gone, facing, spark, body } = standing;
    const chosen = body.id === selected ? 4 : 0;
    part.set(index, 'aPath', path.fromX, path.fromZ, path.toX, path.toZ);
    part.set(index, 'aLife', path.start, born, gone, facing);
    part.set(index, 'aLook', STATE_INDEX[body.state], TRUST_INDEX[body.trust], spark, KIND_INDEX[body.kind] + chosen);
  }

  /** Lights a body up from a moment on. */
  spark(id: string, when: number, selected: string | null): void {
    const where = this.#where.get(id);
    if (!where) return;
    where.standing.spark = when;
    for (const [part, index] of [
      [this.#kinds[where.kind], where.body],
      [this.#marks, where.mark],
    ] as const) {
      this.#write(part, index, where.standing, selected);
      part.touch(index, 'aLook');
    }
  }

  dispose(): void {
    for (const part of [...KINDS.map((kind) => this.#kinds[kind]), this.#marks]) part.dispose();
  }
}

export const colourOf = (kind: ParticipantKind, urgent: boolean) => (urgent ? URGENT : KIND_COLOUR[kind]);
