// The reader's place: nothing lost, nothing twice.
import { describe, expect, test } from 'vitest';
import { Place } from './resume.ts';

describe('place', () => {
  test('a push that continues is next, whatever lies between that we may not see', () => {
    const place = new Place();
    place.begin(10);
    expect(place.take(10, 14)).toBe('next');
    expect(place.take(14, 15)).toBe('next');
    expect(place.seq).toBe(15);
  });
  test('a push after one that never came is a gap and does not move the place', () => {
    const place = new Place();
    place.begin(10);
    expect(place.take(12, 14)).toBe('gap');
    expect(place.seq).toBe(10);
  });
  test('a repeated push is seen', () => {
    const place = new Place();
    place.begin(10);
    expect(place.take(5, 9)).toBe('seen');
  });
  test('a push that overlaps what is known continues', () => {
    const place = new Place();
    place.begin(10);
    expect(place.take(8, 12)).toBe('next');
    expect(place.seq).toBe(12);
  });
  test('a tail moves forward only', () => {
    const place = new Place();
    place.begin(10);
    place.tail(20);
    place.tail(15);
    expect(place.seq).toBe(20);
    expect(place.take(20, 21)).toBe('next');
  });
  test('a second beginning keeps the place, so that the stream resumes', () => {
    const place = new Place();
    place.begin(10);
    place.begin(30);
    expect(place.seq).toBe(10);
  });
});
