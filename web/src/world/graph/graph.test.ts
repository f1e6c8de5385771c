// The net from what the page knows: every kind of node and bond, and the bounds beyond which others are counted.
import { expect, test } from 'vitest';
import type { WorldRoom, WorldTask } from '../scene-view.ts';
import {
  bondsOf,
  graphOf,
  keyOf,
  PEOPLE_MAX,
  ROOMS_MAX,
  type Somebody,
  type Sources,
  sizeOf,
  TASKS_MAX,
} from './graph.ts';

const room = (id: string, members: string[]): WorldRoom => ({
  id,
  label: `#${id}`,
  kind: 'room',
  access: 'listed',
  archived: false,
  member: true,
  unread: 0,
  members,
});
const person = (id: string, more: Partial<Somebody> = {}): Somebody => ({
  id,
  handle: id,
  kind: 'agent',
  trust: 'local',
  state: 'idle',
  room: null,
  me: false,
  parent: null,
  ...more,
});
const task = (id: string, more: Partial<WorldTask> = {}): WorldTask => ({
  id,
  name: `task ${id}`,
  form: 'queued',
  room: 'a',
  author: null,
  worker: null,
  to: null,
  next: [],
  about: null,
  parts: 0,
  afar: null,
  ...more,
});
const sources = (more: Partial<Sources> = {}): Sources => ({
  mesh: 'here',
  rooms: [],
  people: [],
  tasks: [],
  hosts: [],
  links: [],
  ...more,
});

const small = graphOf(
  sources({
    rooms: [room('a', ['ada', 'rex']), room('b', ['rex'])],
    people: [
      person('ada', { kind: 'human', me: true, trust: 'owner' }),
      person('rex', { parent: 'ada' }),
      person('north', { trust: 'federated', kind: 'bridge' }),
    ],
    tasks: [
      task('t1', { author: 'ada', worker: 'rex', form: 'running', next: ['t2'] }),
      task('t2', { to: 'rex', form: 'waits' }),
    ],
    hosts: [
      { participant: 'rex', name: 'build-3' },
      { participant: 'nobody', name: 'unseen' },
    ],
    links: [{ id: 'l1', name: 'north', participant: 'north', open: true, trust: 'federated', rooms: ['b'] }],
  }),
);

test('what there is becomes nodes, in the order of their keys', () => {
  expect(small.nodes.map((node) => node.key)).toEqual([
    'host build-3',
    'mesh',
    'mesh l1',
    'person ada',
    'person rex',
    'room a',
    'room b',
    'task t1',
    'task t2',
  ]);
  expect(small.nodes.find((node) => node.key === 'mesh l1')).toMatchObject({
    sort: 'mesh',
    trust: 'federated',
    target: { type: 'person', id: 'north' },
  });
});

test('bonds are read from both ends', () => {
  const says = (key: string) => bondsOf(small, key).map(({ says, node }) => `${says} ${node.name}`);
  expect(says('person rex')).toEqual([
    'runs on build-3',
    'is of ada',
    'has task t1',
    'is to do task t2',
    'is in #a',
    'is in #b',
  ]);
  expect(says('task t1')).toEqual(['is done by rex', 'is wanted by ada', 'goes before task t2', 'is in #a']);
  expect(says('mesh l1')).toEqual(['is linked with here', 'shares #b']);
  expect(says('host build-3')).toEqual(['runs rex']);
});

test('the same sources in another order are the same graph', () => {
  const people = ['ada', 'bob', 'rex'].map((id) => person(id));
  const rooms = [room('a', ['ada', 'rex']), room('b', ['bob'])];
  const one = graphOf(sources({ people, rooms }));
  expect(graphOf(sources({ people: [...people].reverse(), rooms: [...rooms].reverse() }))).toEqual(one);
});

test('exactly the most are nodes of their own; one more is counted, with its bonds', () => {
  const people = (count: number) =>
    Array.from({ length: count }, (_, one) => person(`p${String(one).padStart(5, '0')}`, { room: 'a' }));
  const graph = (count: number) => {
    const all = people(count);
    return graphOf(
      sources({
        people: all,
        rooms: [
          room(
            'a',
            all.map((one) => one.id),
          ),
        ],
      }),
    );
  };
  expect(graph(PEOPLE_MAX).nodes.some((node) => node.sort === 'group')).toBe(false);
  const more = graph(PEOPLE_MAX + 2);
  expect(more.nodes.filter((node) => node.sort === 'agent').length).toBe(PEOPLE_MAX);
  expect(more.nodes.find((node) => node.sort === 'group')).toMatchObject({ name: '2 more in #a', count: 2 });
  expect(bondsOf(more, 'group in a').map(({ says, node }) => `${says} ${node.key}`)).toEqual(['is in room a']);
});

test('whoever works or is here is never counted in a group while others are not here', () => {
  const idle = Array.from({ length: PEOPLE_MAX }, (_, one) => person(`a${one}`, { state: 'offline' }));
  const graph = graphOf(
    sources({
      people: [...idle, person('zoe', { state: 'offline' }), person('yan')],
      tasks: [task('t', { worker: 'zoe', form: 'running' })],
    }),
  );
  expect(graph.nodes.some((node) => node.key === 'person zoe')).toBe(true);
  expect(graph.nodes.some((node) => node.key === 'person yan')).toBe(true);
  expect(graph.nodes.find((node) => node.sort === 'group')?.name).toBe('2 more in no room');
});

test('rooms and tasks beyond the most are counted too', () => {
  const rooms = Array.from({ length: ROOMS_MAX + 3 }, (_, one) => room(`r${one}`, []));
  const tasks = Array.from({ length: TASKS_MAX + 4 }, (_, one) => task(`t${one}`, { room: 'r1' }));
  const graph = graphOf(sources({ rooms, tasks }));
  expect(graph.nodes.filter((node) => node.sort === 'room').length).toBe(ROOMS_MAX);
  expect(graph.nodes.filter((node) => node.sort === 'task').length).toBe(TASKS_MAX);
  expect(graph.nodes.filter((node) => node.sort === 'group').map((node) => node.name)).toEqual([
    '3 more rooms',
    '4 more tasks in #r1',
  ]);
});

test('nobody floats off: who is in no room belongs to the mesh', () => {
  const graph = graphOf(sources({ people: [person('ada')] }));
  expect(graph.edges).toEqual([{ from: 'person ada', to: 'mesh', bond: 'member' }]);
});

test('what is chosen on the page is found in the net', () => {
  expect(keyOf(small.nodes, { type: 'person', id: 'north' })).toBe('mesh l1');
  expect(keyOf(small.nodes, { type: 'task', id: 't1' })).toBe('task t1');
  expect(keyOf(small.nodes, { type: 'room', id: 'gone' })).toBe(null);
  expect(keyOf(small.nodes, null)).toBe(null);
});

test('names of machines are cut, and more members make a room larger, up to a bound', () => {
  const graph = graphOf(sources({ people: [person('rex')], hosts: [{ participant: 'rex', name: 'x'.repeat(300) }] }));
  expect(graph.nodes.find((node) => node.sort === 'host')?.name.length).toBe(40);
  expect(sizeOf({ sort: 'room', count: 40 })).toBeGreaterThan(sizeOf({ sort: 'room', count: 2 }));
  expect(sizeOf({ sort: 'room', count: 100_000 })).toBe(5);
});
