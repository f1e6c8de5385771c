// Pieces of work as solids, all in one draw: they travel, fill as output comes, lie sealed when they are done, and fall apart
// where they failed. Around whoever has one a ring on the floor fills, in a second draw.

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
import {
  type BufferGeometry,
  Float32BufferAttribute,
  IcosahedronGeometry,
  type Object3D,
  PlaneGeometry,
} from 'three/webgpu';
import { Instances } from './instances.ts';
import { FORM_COLOUR, FORMS } from './palette.ts';
import { among, clock, haze, inAir, motion, type N, project, surface } from './shading.ts';
import { type Thing, WAY_SECONDS } from './works.ts';

const NAMES = ['aFrom', 'aTo', 'aForm', 'aLife'] as const;
type Names = (typeof NAMES)[number];
export const THINGS_MAX = 512;
const SIZE = 0.29;
const COLOURS = FORMS.map((form) => FORM_COLOUR[form]);
const is = (form: N, name: (typeof FORMS)[number]): N =>
  form.sub(FORMS.indexOf(name)).abs().lessThan(0.5).select(float(1), float(0));

/** Where a thing is now; as in works.ts. */
function spot(from: N, to: N): N {
  const t = clock.sub(from.w).div(WAY_SECONDS).clamp(0, 1);
  const e = t.mul(t).mul(float(3).sub(t.mul(2)));
  const rise = to.xyz.sub(from.xyz).length().mul(0.16).min(6);
  return mix(from.xyz, to.xyz, e).add(vec3(0, rise.mul(t).mul(t.oneMinus()).mul(4), 0));
}

/** 0 before it came and after it went. */
const presence = (life: N): N => {
  const born = clock.sub(life.x).div(0.35).clamp(0, 1);
  const gone = life.y.greaterThan(0).select(clock.sub(life.y).div(0.6).clamp(0, 1), float(0));
  return born.mul(gone.oneMinus());
};

/** Each facet knows its middle, so that it can fall by itself. */
function shards(): BufferGeometry {
  const solid = new IcosahedronGeometry(1, 0);
  const at = solid.getAttribute('position');
  const middles = new Float32Array(at.count * 3);
  for (let corner = 0; corner < at.count; corner += 3) {
    for (let axis = 0; axis < 3; axis++) {
      const sum = [0, 1, 2].reduce((all, one) => all + at.getComponent(corner + one, axis), 0);
      for (let one = 0; one < 3; one++) middles[(corner + one) * 3 + axis] = sum / 3;
    }
  }
  // Which corner of its facet each one is: so the shader knows where edges are.
  const corners = Float32Array.from({ length: at.count * 3 }, (_, index) =>
    Math.floor(index / 3) % 3 === index % 3 ? 1 : 0,
  );
  solid.setAttribute('aCorner', new Float32BufferAttribute(corners, 3));
  solid.setAttribute('aMiddle', new Float32BufferAttribute(middles, 3));
  return solid;
}

function solid() {
  const form = attribute('aForm', 'vec4') as N;
  const life = attribute('aLife', 'vec4') as N;
  const middle = attribute('aMiddle', 'vec3') as N;
  const shape = positionGeometry as N;
  const kind = form.x;
  const here = presence(life);
  const changed = clock.sub(form.y);
  const done = is(kind, 'done').mul(smoothstep(float(0), float(0.5), changed));
  const burst = is(kind, 'failed').mul(changed.div(0.9).clamp(0, 1));
  const small = is(kind, 'running').mul(0.5).add(is(kind, 'waits').mul(0.25)).oneMinus();
  const size = here.mul(small).mul(SIZE).mul(life.z);
  // A sealed result is flat, like a coin.
  const flat = vec3(shape.x, shape.y.mul(done.mul(-0.62).add(1)), shape.z).mul(done.mul(0.12).add(1));
  const at = spot(attribute('aFrom', 'vec4') as N, attribute('aTo', 'vec4') as N);
  const whole = at.add(flat.mul(size));
  // What fell apart lies on the floor, each facet for itself.
  const fallen = vec3(
    at.x.add(middle.x.mul(1.15)).add(shape.sub(middle).x.mul(size)),
    float(0.13).add(shape.sub(middle).y.mul(0.08)),
    at.z.add(middle.z.mul(1.15)).add(shape.sub(middle).z.mul(size)),
  );
  const flung = mix(whole, fallen, burst.mul(burst)).add(
    vec3(0, burst.mul(burst.oneMinus()).mul(middle.y.add(1.4)).mul(1.1), 0),
  );
  const world = varying(flung) as N;
  const local = varying(shape) as N;
  const normal = varying(middle) as N;
  const corner = varying(attribute('aCorner', 'vec3') as N) as N;
  const look = varying(vec4(kind, form.z, form.w, burst)) as N;
  const fragment = Fn(() => {
    const n = normal.normalize();
    const view = (cameraPosition as N).sub(world).normalize();
    const rim = n.dot(view).abs().oneMinus().pow(2);
    const side = n.dot(vec3(0.45, 0.6, 0.66)).max(0);
    const rgb = among(look.x, COLOURS);
    // What a worker handed back is full up to where it came; what was not begun is hollow.
    const level = local.y.mul(0.5).add(0.5);
    const full = smoothstep(float(0.02), float(-0.02), level.sub(look.y));
    const begun = is(look.x, 'queued').add(is(look.x, 'waits')).add(is(look.x, 'paused'));
    const body = mix(float(1), mix(float(0.16), float(0.85), full), begun);
    const near = corner.x.min(corner.y).min(corner.z);
    const wire = smoothstep(float(1.5), float(0.4), near.div(near.fwidth().max(1e-5))).mul(0.75);
    const beat = clock.mul(4.2).sin().mul(0.16).mul(motion).mul(is(look.x, 'asks')).add(1);
    const band = is(look.x, 'done')
      .mul(smoothstep(float(0.16), float(0.1), local.y.abs()))
      .mul(0.5);
    const hatch = smoothstep(float(0.35), float(0.6), local.x.add(local.y).add(local.z).mul(9).sin().mul(0.5).add(0.5));
    const pattern = mix(float(1), hatch.mul(0.8).add(0.2), is(look.x, 'held'));
    const lit = rgb.mul(side.mul(0.6).add(0.34)).mul(body).mul(pattern).mul(beat).mul(look.w.mul(-0.35).add(1));
    const tone = lit
      .add(rgb.mul(rim.mul(0.3).add(wire)))
      .add(band)
      .add(vec3(0.5, 0.55, 0.6).mul(look.z));
    return vec4(inAir(tone, world), 1);
  });
  return { vertex: project(world), fragment: fragment(), bothSides: true };
}

/** The ring around whoever has it. */
function ring() {
  const form = attribute('aForm', 'vec4') as N;
  const life = attribute('aLife', 'vec4') as N;
  const to = attribute('aTo', 'vec4') as N;
  const shape = positionGeometry as N;
  const arrived = smoothstep(float(0.7), float(1.2), clock.sub((attribute('aFrom', 'vec4') as N).w).div(WAY_SECONDS));
  const radius = life.w;
  const world = varying(vec3(to.x, 0.13, to.z).add(shape.mul(radius.mul(1.15)))) as N;
  const local = varying(shape.xz.mul(1.15)) as N;
  const look = varying(vec4(form.x, form.z, presence(life).mul(arrived), radius)) as N;
  const fragment = Fn(() => {
    const r = local.length();
    const pixel = r.fwidth().max(1e-5);
    const turn = local.x
      .atan(local.y.negate())
      .div(Math.PI * 2)
      .add(1)
      .fract();
    const thin = smoothstep(float(1.6), float(0.6), r.sub(1).abs().div(pixel));
    const wide = smoothstep(float(0.062), float(0.04), r.sub(1).abs());
    const full = turn.lessThan(look.y).select(float(1), float(0));
    const rgb = among(look.x, COLOURS);
    const light = thin.mul(0.42).add(wide.mul(full)).mul(look.z);
    return vec4(rgb.mul(light).mul(haze(world).oneMinus()), 1);
  });
  return { vertex: project(world), fragment: fragment(), blend: 'add' as const };
}

export class Things {
  readonly #solids = new Instances<Names>(shards(), NAMES, THINGS_MAX, surface(solid()), 5);
  readonly #rings = new Instances<Names>(
    new PlaneGeometry(2, 2).rotateX(-Math.PI / 2),
    NAMES,
    THINGS_MAX,
    surface(ring()),
    3,
  );
  readonly #where = new Map<string, { thing: Thing; solid: number; ring: number }>();

  get objects(): Object3D[] {
    return [this.#solids.mesh, this.#rings.mesh];
  }

  show(things: readonly Thing[], selected: string | null): void {
    this.#where.clear();
    let rings = 0;
    const shown = things.slice(0, THINGS_MAX);
    for (const [index, thing] of shown.entries()) {
      this.#write(this.#solids, index, thing, selected);
      const ring = thing.ring > 0 ? rings++ : -1;
      if (ring >= 0) this.#write(this.#rings, ring, thing, selected);
      this.#where.set(thing.key, { thing, solid: index, ring });
    }
    this.#solids.flush(shown.length);
    this.#rings.flush(rings);
  }

  #write(part: Instances<Names>, index: number, thing: Thing, selected: string | null): void {
    const { from, to, form, fill, born, gone, start, since, ring, task } = thing;
    part.set(index, 'aFrom', from.x, from.y, from.z, start);
    part.set(index, 'aTo', to.x, to.y, to.z, 0);
    part.set(index, 'aForm', FORMS.indexOf(form), since, fill, thing.key === selected ? 0.35 : 0);
    // A second opinion is smaller than what it is about.
    part.set(index, 'aLife', born, gone, task?.about ? 0.7 : 1, ring);
  }

  /** A piece more was stored. */
  fill(key: string, selected: string | null): void {
    const where = this.#where.get(key);
    if (!where) return;
    for (const [part, index] of [
      [this.#solids, where.solid],
      [this.#rings, where.ring],
    ] as const) {
      if (index < 0) continue;
      this.#write(part, index, where.thing, selected);
      part.touch(index, 'aForm');
    }
  }

  dispose(): void {
    this.#solids.dispose();
    this.#rings.dispose();
  }
}
