// Where each piece of work is: beside the pillar of its room while it waits, at the desk of whoever has it, at those who wait for
// its result, or in pieces on the floor. Turns what the page says into paths and forms. No three.js here.

import type { RoomPlace } from './layout.ts';
import { ease } from './motion.ts';
import type { Form, Target, WorldTask, WorldWork } from './scene-view.ts';
import { HEIGHT } from './shapes.ts';
import type { Stage, Standing } from './standing.ts';

export interface Spot {
  x: number;
  y: number;
  z: number;
}

export interface Thing {
  key: string;
  /** What a click on it opens. */
  target: Target;
  form: Form;
  /** When it took this form. */
  since: number;
  from: Spot;
  to: Spot;
  /** When it set out. */
  start: number;
  born: number;
  /** When it went; 0 while it is here. */
  gone: number;
  /** How much of the ring is filled, from 0 to 1. */
  fill: number;
  /** Radius of the ring on the floor around whoever has it; 0: no ring. */
  ring: number;
  /** It opens into a screen. */
  screen: boolean;
  task: WorldTask | null;
}

/** How long it travels. */
export const WAY_SECONDS = 0.9;
/** Behind whoever works, seen from the pillar. */
const DESK = 1.35;
/** Where a screen begins above the floor, and what each further one of the same worker is higher. */
export const SCREEN_FOOT = 2.75;
export const SCREEN = { width: 3.4, height: 1.51 };
const SCREEN_STEP = SCREEN.height + 0.3;
const SCREENS_MAX = 3;
/** Things in one circle around a pillar, and circles above each other. */
const CIRCLE = 9;
const CIRCLES_MAX = 3;
const FADE_SECONDS = 0.8;

/** How high light rises over what lies between. */
const arc = (from: Spot, to: Spot): number =>
  Math.min(6, Math.hypot(to.x - from.x, to.y - from.y, to.z - from.z) * 0.16);

export function thingAt({ from, to, start }: Pick<Thing, 'from' | 'to' | 'start'>, now: number): Spot {
  const t = Math.min(1, Math.max(0, (now - start) / WAY_SECONDS));
  const e = ease(t);
  return {
    x: from.x + (to.x - from.x) * e,
    y: from.y + (to.y - from.y) * e + arc(from, to) * 4 * t * (1 - t),
    z: from.z + (to.z - from.z) * e,
  };
}

/** Each stored piece fills part of what is left: nobody knows how many will come, and only the end closes the ring. */
export const filled = (form: Form, parts: number): number => (form === 'done' ? 1 : 1 - 0.86 ** parts);

/** The desk of somebody: behind its seat, looking from the pillar. */
function desk(standing: Standing, stage: Stage): Spot {
  const { toX: x, toZ: z } = standing.path;
  const place = standing.body.room === null ? undefined : stage.places.get(standing.body.room);
  const away = place ? Math.hypot(x - place.x, z - place.z) : 0;
  if (!place || away < 0.1) return { x, y: 0, z: z - DESK };
  return { x: x + ((x - place.x) / away) * DESK, y: 0, z: z + ((z - place.z) / away) * DESK };
}

/** The n-th place around a pillar. */
function around(place: RoomPlace, index: number): Spot {
  const circle = Math.floor(index / CIRCLE);
  const angle = ((index % CIRCLE) / CIRCLE + circle * 0.055) * Math.PI * 2 + 0.35;
  const radius = 1.4;
  return { x: place.x + Math.cos(angle) * radius, y: 0.85 + circle * 0.75, z: place.z + Math.sin(angle) * radius };
}

/** Beside somebody's head, so that what was given or handed back hangs about it. */
function beside(standing: Standing, index: number): Spot {
  const angle = standing.facing + Math.PI / 2 + 0.9 * index;
  return {
    x: standing.path.toX + Math.cos(angle) * 0.95,
    y: 1.15 + Math.floor(index / 6) * 0.5,
    z: standing.path.toZ + Math.sin(angle) * 0.95,
  };
}

const OPEN: readonly Form[] = ['waits', 'queued', 'running', 'asks', 'opinion', 'paused'];

export class Works {
  readonly #things = new Map<string, Thing>();
  #work: WorldWork = { tasks: [], asks: [], held: [], loaded: false };
  #first = true;
  /** Pieces that came since the work was told. */
  readonly #parts = new Map<string, number>();
  /** What goes on in each room. */
  readonly loads = new Map<string, { running: number; waits: number; asks: number; held: number }>();

  get all(): Thing[] {
    return [...this.#things.values()];
  }

  get asks(): WorldWork['asks'] {
    return this.#work.asks;
  }

  get(id: string): Thing | undefined {
    const thing = this.#things.get(id);
    return thing && thing.gone === 0 ? thing : undefined;
  }

  /** Whether something is on its way, or has just changed. */
  travels(now: number): boolean {
    for (const thing of this.#things.values())
      if (now - thing.start < WAY_SECONDS || now - Math.max(thing.since, thing.born, thing.gone) < 1.2) return true;
    return false;
  }

  /** One more piece of a task is stored. */
  stored(id: string, parts: number): Thing | undefined {
    this.#parts.set(id, parts);
    const thing = this.get(id);
    if (thing) thing.fill = filled(thing.form, parts);
    return thing;
  }

  /** Somebody moved, or a room came: the same work, at other places. */
  again(stage: Stage, now: number, still: boolean): void {
    if (this.#work.loaded) this.show(this.#work, stage, now, still);
  }

  /** What a question stands at: its task, else whoever asks. */
  spotOf(ask: WorldWork['asks'][number], stage: Stage, now: number): Spot | null {
    const thing = ask.task ? this.get(ask.task) : undefined;
    if (thing) return thingAt(thing, now);
    const standing = stage.get(ask.from);
    return standing ? { x: standing.path.toX, y: HEIGHT[standing.body.kind], z: standing.path.toZ } : null;
  }

  /** Takes in what there is; `still`: nothing travels. */
  show(work: WorldWork, stage: Stage, now: number, still: boolean): void {
    this.#work = work;
    const named = new Set(work.tasks.map((task) => task.id));
    for (const id of this.#parts.keys()) if (!named.has(id)) this.#parts.delete(id);
    const spots = this.#spots(work, stage);
    for (const [key, thing] of this.#things) {
      if (!spots.has(key) && thing.gone === 0) thing.gone = now;
      else if (thing.gone > 0 && now - thing.gone > FADE_SECONDS) this.#things.delete(key);
    }
    for (const [key, one] of spots) {
      const old = this.#things.get(key);
      if (old && old.gone === 0) this.#change(old, one, now, still);
      else {
        const author = one.task?.author ? stage.get(one.task.author) : undefined;
        const travels = author && !this.#first && !still;
        this.#things.set(key, {
          ...one,
          from: travels ? { x: author.path.toX, y: HEIGHT[author.body.kind] * 0.8, z: author.path.toZ } : one.to,
          start: travels ? now : -100,
          since: this.#first || still ? -100 : now,
          born: this.#first || still ? -100 : now,
          gone: 0,
        });
      }
    }
    // What the page has not asked for yet did not happen just now.
    if (work.loaded) this.#first = false;
  }

  #change(old: Thing, one: Placed, now: number, still: boolean): void {
    const moved = Math.hypot(old.to.x - one.to.x, old.to.y - one.to.y, old.to.z - one.to.z) > 0.01;
    if (moved) {
      old.from = still ? one.to : thingAt(old, now);
      old.start = still ? -100 : now;
    }
    // It changes when it is there, not when it sets out.
    if (old.form !== one.form) old.since = still ? -100 : now + (moved && one.form !== 'done' ? WAY_SECONDS : 0);
    Object.assign(old, one);
  }

  #spots(work: WorldWork, stage: Stage): Map<string, Placed> {
    const placed = new Map<string, Placed>();
    const queue = new Map<string, number>();
    const desks = new Map<string, number>();
    const hands = new Map<string, number>();
    this.loads.clear();
    const load = (room: string) => {
      const known = this.loads.get(room) ?? { running: 0, waits: 0, asks: 0, held: 0 };
      this.loads.set(room, known);
      return known;
    };
    for (const ask of work.asks) load(ask.room).asks++;
    for (const { room, count } of work.held) load(room).held = count;
    const next = (counts: Map<string, number>, key: string) => {
      const index = counts.get(key) ?? 0;
      counts.set(key, index + 1);
      return index;
    };
    const put = (task: WorldTask, to: Spot, ring = 0, screen = false) =>
      placed.set(task.id, {
        key: task.id,
        target: { type: 'task', id: task.id },
        form: task.form,
        to,
        fill: filled(task.form, Math.max(task.parts, this.#parts.get(task.id) ?? 0)),
        ring,
        screen,
        task,
      });
    const aside = (task: WorldTask) => {
      const place = stage.places.get(task.room);
      if (!place) return;
      const index = next(queue, task.room);
      if (index < CIRCLE * CIRCLES_MAX) put(task, around(place, index));
    };
    const open = work.tasks.filter((task) => OPEN.includes(task.form));
    for (const task of open) {
      if (task.form === 'running') load(task.room).running++;
      else if (task.form === 'queued' || task.form === 'waits') load(task.room).waits++;
      const worker = task.worker ? stage.get(task.worker) : undefined;
      if (worker) {
        const index = next(desks, worker.body.id);
        const spot = desk(worker, stage);
        const y = SCREEN_FOOT + Math.min(index, SCREENS_MAX - 1) * SCREEN_STEP - 0.22;
        put(task, { ...spot, y }, index < SCREENS_MAX ? 1.18 + index * 0.2 : 0, index < SCREENS_MAX);
        continue;
      }
      const to = task.to ? stage.get(task.to) : undefined;
      if (to) put(task, beside(to, next(hands, to.body.id)));
      else aside(task);
    }
    for (const task of work.tasks) {
      if (OPEN.includes(task.form)) continue;
      const worker = task.worker ? stage.get(task.worker) : undefined;
      if (task.form === 'failed') {
        if (worker) {
          const spot = desk(worker, stage);
          put(task, { ...spot, x: spot.x + next(desks, worker.body.id) * 0.3, y: 0.3 });
        } else aside(task);
        continue;
      }
      // A result goes to those who wait for it, else back to whoever wanted it.
      const waiting = [...task.next, ...(task.about ? [task.about] : [])].map((id) => placed.get(id)).find(Boolean);
      const author = task.author ? stage.get(task.author) : undefined;
      if (waiting) {
        const index = next(hands, waiting.key);
        put(task, { x: waiting.to.x + 0.5, y: waiting.to.y - 0.35 + index * 0.3, z: waiting.to.z + 0.25 });
      } else if (author) put(task, beside(author, next(hands, author.body.id)));
      else aside(task);
    }
    for (const { room, count } of work.held) {
      const place = stage.places.get(room);
      if (!place) continue;
      const far = place.radius + 0.7;
      for (let index = 0; index < Math.min(count, 4); index++) {
        const angle = place.door + (index - (Math.min(count, 4) - 1) / 2) * 0.14;
        const to = { x: place.x + Math.cos(angle) * far, y: 0.75, z: place.z + Math.sin(angle) * far };
        const key = `held ${room} ${index}`;
        placed.set(key, {
          key,
          target: { type: 'room', id: room },
          form: 'held',
          to,
          fill: 0,
          ring: 0,
          screen: false,
          task: null,
        });
      }
    }
    return placed;
  }
}

type Placed = Omit<Thing, 'from' | 'start' | 'since' | 'born' | 'gone'>;
