// One room's messages: order, repetition, edits, groups.
import { describe, expect, test } from 'vitest';
import type { EventName, ItemOf, Told } from '../api/events.ts';
import type { Message, Person } from '../api/types.ts';
import { change, heldOf, incomplete, merge, messageOf, rows } from './timeline.ts';

const ada: Person = { id: 'a', handle: 'ada', kind: 'human', trust: 'owner' };
const bob: Person = { id: 'b', handle: 'bob', kind: 'agent', trust: 'local' };
const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 10, minute)).toISOString();

function message(seq: number, from = ada, minute = seq, more: Partial<Message> = {}): Message {
  return {
    id: `m${seq}`,
    seq,
    at: at(minute),
    room: 'r',
    from,
    text: `t${seq}`,
    mentions: [],
    priority: 'next',
    trust: from.trust,
    ...more,
  };
}

describe('merge', () => {
  test('sorts and keeps each once, the newer version', () => {
    const list = merge([message(2), message(5)], [message(1), message(5, ada, 5, { text: 'new' }), message(3)]);
    expect(list.map((one) => one.seq)).toEqual([1, 2, 3, 5]);
    expect(list[3]!.text).toBe('new');
  });
  test('one at the end is appended', () => {
    expect(merge([message(1)], [message(2)]).map((one) => one.seq)).toEqual([1, 2]);
    expect(merge([message(3)], [message(2)]).map((one) => one.seq)).toEqual([2, 3]);
  });
});

describe('items', () => {
  const item = <Name extends EventName>(type: Name, data: Partial<Told<Name>>, seq = 9) =>
    ({
      seq,
      at: at(30),
      type,
      room: 'r',
      from: ada,
      data,
    }) as unknown as ItemOf<Name>;

  test('a posted item is a message', () => {
    expect(
      messageOf(item('message.posted', { id: 'm9', text: 'x', mentions: [], priority: 'next', trust: 'owner' })),
    ).toMatchObject({
      id: 'm9',
      seq: 9,
      text: 'x',
      priority: 'next',
    });
    expect(messageOf(item('room.created', {}))).toBeNull();
  });
  test('an edit changes the text and says when', () => {
    const list = change([message(1)], item('message.edited', { message: 'm1', text: 'better' }));
    expect(list[0]).toMatchObject({ text: 'better', edited_at: at(30) });
  });
  test('reactions are counted once each, and the last one goes', () => {
    const reacts = (list: Message[], type: 'message.reacted' | 'message.unreacted', from: Person, own = false) =>
      change(list, { ...item(type, { message: 'm1', reaction: '👍' }), from }, own);
    let list = reacts([message(1)], 'message.reacted', bob);
    list = reacts(list, 'message.reacted', ada, true);
    list = reacts(list, 'message.reacted', ada, true);
    expect(list[0]!.reactions).toEqual([{ reaction: '👍', count: 2, by: ['b', 'a'], own: true }]);
    list = reacts(list, 'message.unreacted', ada, true);
    list = reacts(list, 'message.unreacted', ada, true);
    expect(list[0]!.reactions).toEqual([{ reaction: '👍', count: 1, by: ['b'], own: false }]);
    expect(reacts(list, 'message.unreacted', bob)[0]!.reactions).toEqual([]);
    // Of many, answers name the first; the others are counted all the same.
    const many = [message(1, ada, 1, { reactions: [{ reaction: '👍', count: 30, by: ['b'] }] })];
    expect(reacts(many, 'message.unreacted', ada)[0]!.reactions![0]!.count).toBe(29);
    expect(change(list, item('message.deleted', { message: 'm1' }))[0]!.reactions).toBeUndefined();
  });
  test('a deletion leaves no text', () => {
    expect(change([message(1)], item('message.deleted', { message: 'm1' }))[0]).toMatchObject({
      deleted: true,
      text: '',
    });
  });
  test('a redaction leaves no text, and says so', () => {
    expect(change([message(1)], item('message.redacted', { message: 'm1' }))[0]).toMatchObject({
      redacted: true,
      text: '',
    });
  });
  test('quotes that came as ids are fetched', () => {
    const quoting = messageOf(item('message.posted', { id: 'm9', text: '', mentions: [], quotes: ['m4'] }))!;
    expect(quoting.quotes).toEqual([{ message: 'm4', room: '', text: '' }]);
    expect(incomplete(quoting)).toBe(true);
    expect(incomplete(message(1))).toBe(false);
  });
  test('a message in quarantine waits, and then is rejected, or gone because it is posted anew', () => {
    const held = heldOf(
      item('message.quarantined', {
        id: 'm9',
        trust: 'untrusted',
        text: 'hm',
        guard: { version: 1, score: 90, marked: true },
      }),
    )!;
    expect(held).toMatchObject({ id: 'm9', text: 'hm', held: 'waiting', trust: 'untrusted' });
    expect(change([held], item('message.reviewed', { message: 'm9', released: false }))[0]).toMatchObject({
      held: 'rejected',
    });
    expect(change([held], item('message.reviewed', { message: 'm9', released: true }))).toEqual([]);
    const away = heldOf(item('message.quarantined', { id: 'm9', trust: 'local', text: 'hm', home: true }))!;
    expect(away.held).toBe('home');
    expect(change([away], item('message.reviewed', { message: 'm9', released: false }))[0]).toMatchObject({
      held: 'away',
    });
  });
  test('about another message: untouched', () => {
    const list = [message(1)];
    expect(change(list, item('message.deleted', { message: 'm7' }))).toBe(list);
  });
});

describe('rows', () => {
  const day = (when: string) => when.slice(0, 10);
  test('one name for one breath', () => {
    const list = [message(1, ada, 0), message(2, ada, 1), message(3, bob, 1), message(4, ada, 2), message(5, ada, 20)];
    expect(rows(list, day, 0, 'a').map((row) => row.head)).toEqual([true, false, true, true, true]);
  });
  test('a reply and an urgent message stand alone', () => {
    const list = [message(1, ada, 0), message(2, ada, 0, { reply_to: 'm1' }), message(3, ada, 0, { priority: 'now' })];
    expect(rows(list, day, 0, 'a').map((row) => row.head)).toEqual([true, true, true]);
  });
  test('signed and attested are both normal, a key that was revoked since is not', () => {
    const by = (revoked?: number) => ({ signed: { key: 'k', sig: 's', ...(revoked && { revoked }) } });
    const list = [message(1, ada, 0), message(2, ada, 0, by()), message(3, ada, 0, by(7))];
    expect(rows(list, day, 0, 'a').map((row) => row.head)).toEqual([true, false, true]);
  });
  test('what is trusted otherwise stands alone', () => {
    const marked = { guard: { version: 1, score: 60, marked: true } };
    const list = [
      message(1, ada, 0),
      message(2, ada, 0, { trust: 'untrusted' }),
      message(3, ada, 0, { trust: 'untrusted', ...marked }),
    ];
    expect(rows(list, day, 0, 'a').map((row) => row.head)).toEqual([true, true, true]);
  });
  test('a row that did not change is the same as before', () => {
    const list = [message(1, ada, 0), message(2, ada, 1)];
    const before = rows(list, day, 0, 'a');
    const after = rows([list[0]!, { ...list[1]!, text: 'new' }, message(3, bob, 2)], day, 0, 'a', before);
    expect(after.map((row) => before.includes(row))).toEqual([true, false, false]);
    expect(rows(list.slice(1), day, 0, 'a', before)[0]).not.toBe(before[1]);
  });
  test('one mark before the first unread message of others', () => {
    const list = [message(1, bob), message(2, ada), message(3, bob), message(4, bob)];
    expect(rows(list, day, 1, 'a').map((row) => row.unread)).toEqual([false, false, true, false]);
  });
});
