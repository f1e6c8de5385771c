import { describe, expect, it } from 'vitest';
import { came, fields, isPlan } from './plan.ts';

describe('a plan', () => {
  it('is what names operations, and nothing else', () => {
    expect(isPlan({ answer: 'I would.', steps: [{ operation: 'message.post', input: {} }] })).toBe(true);
    for (const other of [
      undefined,
      {},
      { steps: 'x' },
      { steps: [null] },
      { steps: [{ operation: 7 }] },
      { steps: [{ title: 'x' }] },
    ]) {
      expect(isPlan(other)).toBe(false);
    }
  });

  it('tells texts as they are and all else as JSON', () => {
    expect(fields({ room: 'workshop', slots: 2, labels: ['a'] })).toEqual([
      ['room', 'workshop'],
      ['slots', '2'],
      ['labels', '[\n  "a"\n]'],
    ]);
    expect(fields(null)).toEqual([]);
  });

  it('says of each step how it ended', () => {
    const problem = { detail: 'There is no such room; nothing was posted.', hint: 'Look at the rooms.' } as never;
    expect(came(undefined)).toBeUndefined();
    expect(came({ number: 1, operation: 'x', state: 'done' })).toEqual({ word: 'done', tone: 'good' });
    expect(came({ number: 1, operation: 'x', state: 'left' })).toEqual({ word: 'not tried', tone: 'quiet' });
    expect(came({ number: 1, operation: 'x', state: 'refused', problem })?.problem).toBe(
      'There is no such room; nothing was posted. Look at the rooms.',
    );
  });
});
