// Thin lines on the plane between rooms that share members, for what is chosen only: from a room to those it shares members with,
// or between the rooms of a participant. A line grows clearer with the number they share.

import { attribute, Fn, float, positionGeometry, smoothstep, varying, vec2, vec3, vec4 } from 'three/tsl';
import { type Object3D, PlaneGeometry } from 'three/webgpu';
import { Instances } from './instances.ts';
import type { RoomPlace } from './layout.ts';
import { LINE } from './palette.ts';
import type { WorldRoom } from './scene-view.ts';
import { clock, colour, haze, motion, type N, project, surface } from './shading.ts';

const NAMES = ['aEnds', 'aStrength'] as const;
const LINKS_MAX = 96;
/** Half the width of a line's sheet, in metres; the line inside it is one or two pixels. */
const HALF_WIDTH = 0.5;

function line() {
  const ends = attribute('aEnds', 'vec4') as N;
  const strength = varying(attribute('aStrength', 'vec4') as N) as N;
  const shape = positionGeometry as N;
  const way = ends.zw.sub(ends.xy);
  const length = varying(way.length()) as N;
  const side = vec2(way.y.negate(), way.x).normalize();
  const spot = ends.xy.add(way.mul(shape.x.add(0.5))).add(side.mul(shape.z.mul(HALF_WIDTH * 2)));
  const world = varying(vec3(spot.x, 0.05, spot.y)) as N;
  const local = varying(shape.xz) as N;
  const fragment = Fn(() => {
    const across = local.y.abs();
    const thin = smoothstep(float(1.6), float(0.4), across.div(local.y.fwidth().max(1e-5)));
    const soft = smoothstep(float(0.5), float(0), across).pow(2).mul(0.12);
    // Slow dashes, so that the eye sees a connection and not a crack.
    const metres = local.x.add(0.5).mul(length);
    const dash = smoothstep(
      float(0.2),
      float(0.5),
      metres.mul(0.9).sub(clock.mul(0.5).mul(motion)).sin().mul(0.5).add(0.5),
    );
    const light = thin.mul(dash.mul(0.5).add(0.35)).add(soft).mul(strength.x);
    return vec4(colour(LINE).mul(light).mul(haze(world).oneMinus()), 1);
  });
  return { vertex: project(world), fragment: fragment(), blend: 'add' as const };
}

export class Links {
  readonly #parts = new Instances(new PlaneGeometry(1, 1).rotateX(-Math.PI / 2), NAMES, LINKS_MAX, surface(line()), 1);

  get objects(): Object3D[] {
    return [this.#parts.mesh];
  }

  show(rooms: readonly { room: WorldRoom; place: RoomPlace }[], selected: string | null): void {
    const chosen = ({ a, b }: { a: number; b: number }) => {
      const [one, other] = [rooms[a]!.room, rooms[b]!.room];
      const within = (room: WorldRoom) => room.members.includes(selected ?? '');
      return one.id === selected || other.id === selected || (within(one) && within(other));
    };
    const pairs =
      selected === null
        ? []
        : shared(rooms.map((one) => one.room))
            .filter(chosen)
            .slice(0, LINKS_MAX);
    for (const [index, { a, b, count }] of pairs.entries()) {
      const from = rooms[a]!.place;
      const to = rooms[b]!.place;
      const length = Math.hypot(to.x - from.x, to.z - from.z);
      const ux = (to.x - from.x) / length;
      const uz = (to.z - from.z) / length;
      // From wall to wall.
      const start = from.radius + 0.5;
      const end = length - to.radius - 0.5;
      this.#parts.set(index, 'aEnds', from.x + ux * start, from.z + uz * start, from.x + ux * end, from.z + uz * end);
      this.#parts.set(index, 'aStrength', Math.min(0.62, 0.24 + count * 0.07), 0, 0, 0);
    }
    this.#parts.flush(pairs.length);
  }

  dispose(): void {
    this.#parts.dispose();
  }
}

/** Pairs of rooms with members in common, those with most first; a broadcast reaches everybody and says nothing here. */
export function shared(rooms: readonly WorldRoom[]): { a: number; b: number; count: number }[] {
  const pairs: { a: number; b: number; count: number }[] = [];
  for (const [a, one] of rooms.entries()) {
    if (one.kind === 'broadcast') continue;
    const members = new Set(one.members);
    for (let b = a + 1; b < rooms.length; b++) {
      const other = rooms[b]!;
      if (other.kind === 'broadcast') continue;
      const count = other.members.filter((id) => members.has(id)).length;
      if (count > 0) pairs.push({ a, b, count });
    }
  }
  return pairs.sort((x, y) => y.count - x.count);
}
