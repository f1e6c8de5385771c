// The page knows the events that the node knows: no more, no fewer.
import { expect, test } from 'vitest';
import kept from '../../../crates/mesh-model/tests/events.jsonl?raw';
import source from './events.ts?raw';

test('the names are those of the events that are kept for the tests of the node', () => {
  const known = [...source.matchAll(/^ {2}'([a-z_]+\.[a-z_]+)':/gm)].map((found) => found[1]);
  const lines = kept.trim().split('\n');
  const names = new Set(lines.map((line) => (JSON.parse(line) as { type: string }).type));
  expect([...known].sort()).toEqual([...names].sort());
});
