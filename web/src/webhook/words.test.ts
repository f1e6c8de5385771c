// A webhook says why it waits, and an attempt what came of it.
import { expect, test } from 'vitest';
import type { Webhook, WebhookDelivery } from '../api/types.ts';
import { outcome, standing } from './words.ts';

const hook = (more: Partial<Webhook>) => ({ state: 'active', paused: null, trouble: null, ...more }) as Webhook;
const sent = (more: Partial<WebhookDelivery>) => ({ ok: true, status: 204, trouble: null, ...more }) as WebhookDelivery;

test('each state has its reason', () => {
  expect(standing(hook({}))).toBe('live');
  expect(standing(hook({ state: 'failing', trouble: 'timed out' }))).toBe('does not answer, is tried again: timed out');
  expect(standing(hook({ state: 'paused', paused: 'gone' }))).toContain('gone for good');
  expect(standing(hook({ state: 'over' }))).toContain('broken off');
});

test('an attempt tells its answer', () => {
  expect(outcome(sent({}))).toBe('taken, 204');
  expect(outcome(sent({ ok: false, status: null, trouble: 'no such name' }))).toBe('not taken, no such name');
});
