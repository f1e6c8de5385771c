import { expect, test } from 'vitest';
import { Order } from './order.ts';

/** A question that is answered when the test says so. */
function question<T>(): { asked: Promise<T>; answer(value: T): Promise<void>; fail(): Promise<void> } {
  let resolve: (value: T) => void;
  let reject: (error: Error) => void;
  const asked = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  const settled = asked.then(
    () => {},
    () => {},
  );
  return {
    asked,
    answer: (value) => {
      resolve(value);
      return settled;
    },
    fail: () => {
      reject(new Error('gone'));
      return settled;
    },
  };
}

test('what comes is applied at once when nothing is asked', () => {
  const order = new Order();
  const done: string[] = [];
  order.came(() => done.push('a'));
  order.came(() => done.push('b'));
  expect(done).toEqual(['a', 'b']);
});

test('a push that overtakes an answer is applied behind it', async () => {
  const order = new Order();
  let shown: string[] = [];
  const list = question<string[]>();
  const read = order.ask(list.asked, (items) => (shown = items));
  order.came(() => shown.push('new'));
  expect(shown).toEqual([]);
  await list.answer(['old']);
  await read;
  expect(shown).toEqual(['old', 'new']);
});

test('answers are applied in the order of their questions, whichever comes first', async () => {
  const order = new Order();
  let room = '';
  const [first, second] = [question<string>(), question<string>()];
  const both = [order.ask(first.asked, (name) => (room = name)), order.ask(second.asked, (name) => (room = name))];
  await second.answer('renamed');
  expect(room).toBe('');
  await first.answer('before');
  await Promise.all(both);
  expect(room).toBe('renamed');
});

test('a question that fails holds nothing up', async () => {
  const order = new Order();
  const done: string[] = [];
  const lost = question<string>();
  const read = order.ask(lost.asked, () => done.push('never'));
  order.came(() => done.push('pushed'));
  await lost.fail();
  await expect(read).rejects.toThrow('gone');
  expect(done).toEqual(['pushed']);
});

test('an answer that cannot be applied fails its question and holds nothing up', async () => {
  const order = new Order();
  const done: string[] = [];
  const list = question<string>();
  const read = order.ask(list.asked, () => {
    throw new Error('not applied');
  });
  order.came(() => done.push('pushed'));
  await list.answer('list');
  await expect(read).rejects.toThrow('not applied');
  expect(done).toEqual(['pushed']);
});
