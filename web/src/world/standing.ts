// Who stands where and since when: turns what the page says into seats, paths, arrivals and departures. No three.js here.

import { LANDING, type RoomPlace, roomPlace, Seats, seat } from './layout.ts';
import { at, type Path } from './motion.ts';
import type { WorldBody, WorldData, WorldRoom } from './scene-view.ts';

export interface Standing {
  body: WorldBody;
  path: Path;
  facing: number;
  /** When it arrived. */
  born: number;
  /** When it left; 0 while it is here. */
  gone: number;
  /** When it last spoke or heard something. */
  spark: number;
}

const NOWHERE = '';
/** Those who left are kept until they have faded. */
const FADE_SECONDS = 1.2;
/** A plane on which all stand in the middle is drawn this large. */
const PLANE_M_MIN = 10;
/** So much of a platform the plane takes. */
const EDGE = 0.85;

export class Stage {
  readonly places = new Map<string, RoomPlace>();
  rooms: { room: WorldRoom; place: RoomPlace }[] = [];
  readonly #bodies = new Map<string, Standing>();
  readonly #seats = new Map<string, Seats>();
  /** How far from the middle somebody stands on a room's plane, in metres. */
  readonly #reach = new Map<string, number>();
  #first = true;

  get bodies(): Standing[] {
    return [...this.#bodies.values()];
  }

  get(id: string): Standing | undefined {
    const standing = this.#bodies.get(id);
    return standing && standing.gone === 0 ? standing : undefined;
  }

  /** Takes in what there is now. */
  show(data: WorldData, now: number): void {
    this.places.clear();
    this.rooms = data.rooms.map((room, index) => ({ room, place: roomPlace(index, room.members.length) }));
    for (const { room, place } of this.rooms) this.places.set(room.id, place);
    const named = new Set(data.bodies.map((body) => body.id));
    for (const standing of this.#bodies.values()) {
      if (!named.has(standing.body.id) && standing.gone === 0) this.#leave(standing, now);
      else if (standing.gone > 0 && now - standing.gone > FADE_SECONDS) this.#bodies.delete(standing.body.id);
    }
    this.#measure(data.bodies);
    for (const body of data.bodies) this.#place(body, now);
    this.#first = false;
  }

  /** A room's plane is drawn as large as whoever stands farthest out needs it. */
  #measure(bodies: readonly WorldBody[]): void {
    this.#reach.clear();
    for (const { room, at } of bodies) {
      if (room === null || !at) continue;
      const far = Math.max(PLANE_M_MIN, Math.hypot(at.x, at.y));
      this.#reach.set(room, Math.max(this.#reach.get(room) ?? 0, far));
    }
  }

  #leave(standing: Standing, now: number): void {
    standing.gone = now;
    this.#seatsOf(standing.body.room).leave(standing.body.id);
  }

  #place(body: WorldBody, now: number): void {
    const target = this.#seat(body);
    const old = this.#bodies.get(body.id);
    if (!old || old.gone > 0) {
      const path = { fromX: target.x, fromZ: target.z, toX: target.x, toZ: target.z, start: -100 };
      this.#bodies.set(body.id, {
        body,
        path,
        facing: target.facing,
        born: this.#first ? -100 : now,
        gone: 0,
        spark: -100,
      });
      return;
    }
    if (old.body.room !== body.room) this.#seatsOf(old.body.room).leave(body.id);
    const moved = Math.hypot(old.path.toX - target.x, old.path.toZ - target.z) > 0.01;
    if (moved) {
      const here = at(old.path, now);
      old.path = { fromX: here.x, fromZ: here.z, toX: target.x, toZ: target.z, start: now };
    }
    old.facing = target.facing;
    old.body = body;
  }

  #seatsOf(room: string | null): Seats {
    const key = room ?? NOWHERE;
    const known = this.#seats.get(key);
    if (known) return known;
    const seats = new Seats();
    this.#seats.set(key, seats);
    return seats;
  }

  #seat(body: WorldBody): { x: number; z: number; facing: number } {
    const room = body.room !== null && this.places.has(body.room) ? body.room : null;
    const place = room === null ? LANDING : this.places.get(room)!;
    const reach = room === null ? undefined : this.#reach.get(room);
    if (body.at && reach) {
      const scale = (place.radius * EDGE) / reach;
      const facing = ((body.at.facing - 90) / 180) * Math.PI;
      return { x: place.x + body.at.x * scale, z: place.z - body.at.y * scale, facing };
    }
    const spot = seat(this.#seatsOf(room).take(body.id), place.radius);
    return { x: place.x + spot.x, z: place.z + spot.z, facing: spot.facing };
  }
}
