// Arrivals, departures and moves.
import { expect, test } from 'vitest';
import type { WorldBody, WorldData } from './scene-view.ts';
import { Stage } from './standing.ts';

const body = (id: string, room: string | null = 'r'): WorldBody => ({
  id,
  handle: id,
  kind: 'agent',
  trust: 'local',
  state: 'idle',
  room,
  me: false,
});
const room = (id: string, members: string[]) =>
  ({ id, label: id, kind: 'room', access: 'listed', archived: false, member: true, unread: 0, members }) as const;
const data = (bodies: WorldBody[]): WorldData => ({ rooms: [room('r', ['a', 'b']), room('s', [])], bodies });

test('those who are there at first do not arrive; later ones do', () => {
  const stage = new Stage();
  stage.show(data([body('a')]), 1);
  stage.show(data([body('a'), body('b')]), 5);
  expect(stage.get('a')!.born).toBeLessThan(0);
  expect(stage.get('b')!.born).toBe(5);
});

test('somebody who leaves fades and is forgotten; the others stay where they are', () => {
  const stage = new Stage();
  stage.show(data([body('a'), body('b')]), 1);
  const place = stage.get('b')!.path.toX;
  stage.show(data([body('b')]), 2);
  expect(stage.get('a')).toBeUndefined();
  expect(stage.bodies).toHaveLength(2);
  stage.show(data([body('b')]), 4);
  expect(stage.bodies).toHaveLength(1);
  expect(stage.get('b')!.path.toX).toBe(place);
});

test('going to another room is a path from here to there', () => {
  const stage = new Stage();
  stage.show(data([body('a')]), 1);
  const from = { ...stage.get('a')!.path };
  stage.show(data([body('a', 's')]), 3);
  const path = stage.get('a')!.path;
  expect(path.start).toBe(3);
  expect(path.fromX).toBe(from.toX);
  expect(Math.hypot(path.toX - stage.places.get('s')!.x, path.toZ - stage.places.get('s')!.z)).toBeLessThan(
    stage.places.get('s')!.radius,
  );
});

test('somebody without a room stands on the landing', () => {
  const stage = new Stage();
  stage.show(data([body('a', null)]), 1);
  expect(stage.get('a')!.path.toZ).toBeGreaterThan(15);
});

test('whoever stands on a plane stands there on the platform, north at the far side', () => {
  const stage = new Stage();
  const at = (x: number, y: number) => ({ x, y, facing: 90 });
  stage.show(
    data([
      { ...body('a'), at: at(40, 0) },
      { ...body('b'), at: at(0, 20) },
    ]),
    1,
  );
  const { x, z, radius } = stage.places.get('r')!;
  const [east, north] = [stage.get('a')!, stage.get('b')!];
  expect(east.path.toX - x).toBeCloseTo(radius * 0.85);
  expect(east.path.toZ).toBeCloseTo(z);
  expect(east.facing).toBeCloseTo(0);
  expect(north.path.toZ - z).toBeCloseTo(-radius * 0.425);
  stage.show(data([{ ...body('a'), at: at(0, 0) }, body('b')]), 2);
  expect(stage.get('a')!.path.toX).toBeCloseTo(x);
  expect(stage.get('a')!.path.start).toBe(2);
});
