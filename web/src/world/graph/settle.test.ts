// Places of the net: the same graph gets the same ones, in whatever order it is told, and who comes stirs nobody else.
import { expect, test, vi } from 'vitest';
import type { Bond, Sort, Spot } from './graph.ts';
import { drawn, settle, type ToSettle } from './settle.ts';

// The largest graph takes long on a busy machine, and nothing here says how long.
vi.setConfig({ testTimeout: 240_000 });

function meshOf(people: number, rooms: number): Omit<ToSettle, 'kept'> {
  const nodes: { key: string; sort: Sort; size: number }[] = [{ key: 'mesh', sort: 'mesh', size: 2 }];
  const edges: { from: string; to: string; bond: Bond }[] = [];
  for (let room = 0; room < rooms; room++) {
    nodes.push({ key: `room ${room}`, sort: 'room', size: 2 });
    edges.push({ from: `room ${room}`, to: 'mesh', bond: 'in' });
  }
  for (let one = 0; one < people; one++) {
    nodes.push({ key: `person ${one}`, sort: 'agent', size: 0.8 });
    edges.push({ from: `person ${one}`, to: `room ${one % rooms}`, bond: 'member' });
  }
  return { nodes, edges };
}

const away = (a: Spot, b: Spot) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

test('what a name draws is spread and always the same', () => {
  expect(drawn('person 1')).toEqual(drawn('person 1'));
  const all = Array.from({ length: 200 }, (_, one) => drawn(`person ${one}`));
  for (const axis of [0, 1, 2] as const) {
    const values = all.map((spot) => spot[axis]);
    expect(Math.min(...values)).toBeLessThan(-0.8);
    expect(Math.max(...values)).toBeGreaterThan(0.8);
  }
});

test('the same graph has the same places, whatever order it comes in', () => {
  const { nodes, edges } = meshOf(40, 4);
  const one = settle({ nodes, edges, kept: {} });
  expect(settle({ nodes: [...nodes].reverse(), edges, kept: {} })).toEqual(one);
  expect(Object.keys(one).length).toBe(nodes.length);
});

test('no two lie in each other, and nothing flies off', () => {
  const graph = meshOf(60, 5);
  const places = settle({ ...graph, kept: {} });
  for (const [index, a] of graph.nodes.entries()) {
    expect(away(places[a.key]!, [0, 0, 0])).toBeLessThan(70);
    for (const b of graph.nodes.slice(index + 1))
      expect(away(places[a.key]!, places[b.key]!)).toBeGreaterThan((a.size + b.size) * 0.6);
  }
});

test('what is known stays where it is, and nothing is worked out', () => {
  const graph = meshOf(20, 2);
  const kept = settle({ ...graph, kept: {} });
  expect(settle({ ...graph, kept })).toEqual(kept);
});

test('who comes settles near its room and moves nobody', () => {
  const before = meshOf(50, 5);
  const kept = settle({ ...before, kept: {} });
  const after = settle({
    nodes: [...before.nodes, { key: 'person new', sort: 'agent', size: 0.8 }],
    edges: [...before.edges, { from: 'person new', to: 'room 3', bond: 'member' }],
    kept,
  });
  for (const { key } of before.nodes) expect(after[key]).toEqual(kept[key]);
  expect(away(after['person new']!, after['room 3']!)).toBeLessThan(16);
  const nearest = [0, 1, 2, 3, 4].sort(
    (a, b) => away(after['person new']!, after[`room ${a}`]!) - away(after['person new']!, after[`room ${b}`]!),
  );
  expect(nearest[0]).toBe(3);
});

test('however many tasks come, nobody moves for them', () => {
  const before = meshOf(4, 1);
  const kept = settle({ ...before, kept: {} });
  const tasks = Array.from({ length: 30 }, (_, one) => ({ key: `task ${one}`, sort: 'task' as const, size: 0.6 }));
  const after = settle({
    nodes: [...before.nodes, ...tasks],
    edges: [...before.edges, ...tasks.map(({ key }) => ({ from: key, to: 'room 0', bond: 'in' as const }))],
    kept,
  });
  for (const { key } of before.nodes) expect(after[key]).toEqual(kept[key]);
  for (const { key } of tasks) expect(away(after[key]!, after['room 0']!)).toBeLessThan(40);
});

test('when most is new, it is all laid out from where it was', () => {
  const before = meshOf(6, 2);
  const kept = settle({ ...before, kept: {} });
  const after = settle({ ...meshOf(60, 2), kept });
  expect(Object.keys(after).length).toBe(63);
  expect(after['room 0']).not.toEqual(kept['room 0']);
});

test('the largest graph that is drawn is laid out whole', () => {
  const graph = meshOf(1_500, 50);
  const places = Object.values(settle({ ...graph, kept: {} }));
  expect(places.length).toBe(1_551);
  expect(Math.max(...places.map((spot) => away(spot, [0, 0, 0])))).toBeLessThan(130);
});
