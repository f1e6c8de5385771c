// Names: what is shown of them, and that nobody is taken for another.
import { describe, expect, test } from 'vitest';
import { called, given, look, looks } from './names.ts';

const one = (handle: string, display_name = '') => ({
  id: handle,
  handle,
  kind: 'agent' as const,
  trust: 'local' as const,
  profile: { display_name },
});

describe('names', () => {
  test('what cannot be seen is left out, and a name has an end', () => {
    expect(given({ display_name: ' Ada\u202e\u200b\n Lovelace ' })).toBe('Ada Lovelace');
    expect(given({ display_name: 'x'.repeat(90) })).toHaveLength(60);
    expect(given(undefined)).toBe('');
  });
  test('a name of its own stands alone', () => {
    const all = [one('ada', 'Ada Lovelace'), one('rex')];
    const counts = looks(all);
    expect(all.map((who) => called(who, who.profile, counts))).toEqual(['Ada Lovelace', 'rex']);
  });
  test('two with one name stay apart, also if it only looks the same', () => {
    const all = [one('ada', 'Ada'), one('ada-2', 'ＡDÁ'), one('zed', 'Rex'), one('rex')];
    const counts = looks(all);
    expect(all.map((who) => called(who, who.profile, counts))).toEqual([
      'Ada (ada)',
      'ＡDÁ (ada-2)',
      'Rex (zed)',
      'rex',
    ]);
  });
  test('letters of two alphabets, or no letters, never stand without the handle', () => {
    const fake = one('eve', 'Rеx');
    const signs = one('dot', '...');
    const counts = looks([fake, signs]);
    expect(called(fake, fake.profile, counts)).toBe('Rеx (eve)');
    expect(called(signs, signs.profile, counts)).toBe('... (dot)');
    expect(look('Zoë')).toBe('zoe');
  });
  test('a handle that is written large is no second name', () => {
    const rex = one('rex', 'Rex');
    expect(called(rex, rex.profile, looks([rex]))).toBe('Rex');
  });
});
