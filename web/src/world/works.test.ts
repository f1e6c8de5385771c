// Work in the world: it waits in its room, goes to the desk of whoever takes it, and its result to whoever waits for it.
import { expect, test } from 'vitest';
import type { WorldBody, WorldData, WorldTask, WorldWork } from './scene-view.ts';
import { Stage } from './standing.ts';
import { filled, thingAt, WAY_SECONDS, Works } from './works.ts';

const body = (id: string, room: string): WorldBody => ({
  id,
  handle: id,
  kind: id === 'ana' ? 'human' : 'agent',
  trust: 'local',
  state: 'idle',
  room,
  me: id === 'ana',
});
const room = (id: string, members: string[]): WorldData['rooms'][number] => ({
  id,
  label: id,
  kind: 'room',
  access: 'listed',
  archived: false,
  member: true,
  unread: 0,
  members,
});
const task = (id: string, more: Partial<WorldTask> = {}): WorldTask => ({
  id,
  name: id,
  form: 'queued',
  room: 'bench',
  author: 'ana',
  worker: null,
  to: null,
  next: [],
  about: null,
  parts: 0,
  afar: null,
  ...more,
});
const work = (tasks: WorldTask[], more: Partial<WorldWork> = {}): WorldWork => ({
  tasks,
  asks: [],
  held: [],
  loaded: true,
  ...more,
});

function mesh() {
  const stage = new Stage();
  stage.show(
    {
      rooms: [room('bench', ['rex', 'ada']), room('hall', ['ana'])],
      bodies: [body('ana', 'hall'), body('rex', 'bench'), body('ada', 'bench')],
    },
    0,
  );
  const works = new Works();
  works.show(work([]), stage, 1, false);
  return { stage, works, spot: (id: string) => ({ ...works.get(id)!.to }) };
}
const apart = (a: { x: number; z: number }, b: { x: number; z: number }) => Math.hypot(a.x - b.x, a.z - b.z);

test('a new task sets out from its author and waits in its room', () => {
  const { stage, works, spot } = mesh();
  works.show(work([task('a')]), stage, 10, false);
  const ana = stage.get('ana')!.path;
  expect(apart(thingAt(works.get('a')!, 10), { x: ana.toX, z: ana.toZ })).toBeLessThan(0.01);
  const place = stage.places.get('bench')!;
  expect(apart(thingAt(works.get('a')!, 10 + WAY_SECONDS), place)).toBeLessThan(2);
  expect(works.loads.get('bench')).toEqual({ running: 0, waits: 1, asks: 0, held: 0 });
  expect(apart(spot('a'), thingAt(works.get('a')!, 99))).toBeLessThan(0.001);
});

test('what was there before this page stands where it is; nothing travels that did not happen', () => {
  const stage = mesh().stage;
  const works = new Works();
  works.show(work([task('a')]), stage, 10, false);
  expect(thingAt(works.get('a')!, 10)).toEqual(works.get('a')!.to);
  // Before the node has answered there is nothing to compare with.
  const early = new Works();
  early.show(work([], { loaded: false }), stage, 1, false);
  early.show(work([task('a')]), stage, 2, false);
  expect(thingAt(early.get('a')!, 2)).toEqual(early.get('a')!.to);
});

test('it goes to the desk of whoever takes it, opens there, and further ones stand above', () => {
  const { stage, works, spot } = mesh();
  works.show(work([task('a')]), stage, 10, false);
  const before = spot('a');
  works.show(
    work([task('a', { form: 'running', worker: 'rex' }), task('b', { form: 'running', worker: 'rex' })]),
    stage,
    20,
    false,
  );
  expect(apart(thingAt(works.get('a')!, 20), before)).toBeLessThan(0.001);
  const rex = stage.get('rex')!.path;
  expect(apart(spot('a'), { x: rex.toX, z: rex.toZ })).toBeLessThan(2);
  expect(works.get('a')!.screen).toBe(true);
  expect(spot('b').y).toBeGreaterThan(spot('a').y + 1);
  // It takes its form when it is there.
  expect(works.get('a')!.since).toBe(20 + WAY_SECONDS);
});

test('a result goes to what waits for it, else to whoever wanted it; a failed one lies on the floor', () => {
  const { stage, works, spot } = mesh();
  const waiting = task('b', { form: 'waits' });
  works.show(
    work([task('a', { form: 'running', worker: 'rex' }), waiting, task('c', { form: 'running', worker: 'ada' })]),
    stage,
    10,
    false,
  );
  works.show(
    work([
      task('a', { form: 'done', worker: 'rex', next: ['b'] }),
      waiting,
      task('c', { form: 'done', worker: 'ada' }),
      task('d', { form: 'failed', worker: 'rex' }),
    ]),
    stage,
    20,
    false,
  );
  expect(apart(spot('a'), spot('b'))).toBeLessThan(1);
  const ana = stage.get('ana')!.path;
  expect(apart(spot('c'), { x: ana.toX, z: ana.toZ })).toBeLessThan(1.2);
  expect(spot('d').y).toBeLessThan(0.5);
  expect(works.get('a')!.fill).toBe(1);
});

test('with reduced motion everything is where it belongs at once', () => {
  const { stage, works } = mesh();
  works.show(work([task('a')]), stage, 10, true);
  works.show(work([task('a', { form: 'running', worker: 'rex' })]), stage, 20, true);
  expect(thingAt(works.get('a')!, 20)).toEqual(works.get('a')!.to);
  expect(works.travels(20)).toBe(false);
});

test('each stored piece fills part of what is left, and only the end fills all', () => {
  const fills = [0, 1, 2, 40].map((parts) => filled('running', parts));
  expect(fills[0]).toBe(0);
  expect([...fills].sort((a, b) => a - b)).toEqual(fills);
  expect(fills[3]).toBeLessThan(1);
  expect(filled('done', 0)).toBe(1);
  const { stage, works } = mesh();
  works.show(work([task('a', { form: 'running', worker: 'rex' })]), stage, 10, false);
  works.stored('a', 3);
  works.again(stage, 11, false);
  expect(works.get('a')!.fill).toBeCloseTo(filled('running', 3));
});

test('messages that are held back stand before the door of their room', () => {
  const { stage, works } = mesh();
  works.show(work([], { held: [{ room: 'hall', count: 2 }] }), stage, 10, false);
  const hall = stage.places.get('hall')!;
  const held = works.all.filter((thing) => thing.form === 'held');
  expect(held.map((thing) => thing.target)).toEqual([
    { type: 'room', id: 'hall' },
    { type: 'room', id: 'hall' },
  ]);
  for (const thing of held) expect(apart(thing.to, hall)).toBeGreaterThan(hall.radius);
});

test('more than can stand in a room is counted, and does not stand on top of each other', () => {
  const { stage, works } = mesh();
  works.show(work(Array.from({ length: 60 }, (_, index) => task(`t${index}`))), stage, 10, false);
  const spots = works.all.map((thing) => `${thing.to.x.toFixed(2)} ${thing.to.y.toFixed(2)} ${thing.to.z.toFixed(2)}`);
  expect(new Set(spots).size).toBe(spots.length);
  expect(spots.length).toBeLessThan(60);
  expect(works.loads.get('bench')!.waits).toBe(60);
});
