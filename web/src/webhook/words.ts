// How a webhook stands, and what came of an attempt, in words.

import type { Webhook, WebhookDelivery, WebhookPause } from '../api/types.ts';

const PAUSED: Record<WebhookPause, string> = {
  asked: 'paused by a person’s word',
  gone: 'paused: the other side says that it is gone for good',
  refusing: 'paused: the other side took none of many in a row',
  unreachable: 'paused: nobody answered for days',
  full: 'paused: as many events were not taken as one may keep',
};

export function standing({ state, paused, trouble }: Webhook): string {
  switch (state) {
    case 'active':
      return 'live';
    case 'failing':
      return `does not answer, is tried again${trouble ? `: ${trouble}` : ''}`;
    case 'paused':
      return paused ? PAUSED[paused] : 'paused';
    case 'over':
      return 'broken off: whoever made it, or whose eyes it has, may not do that any more';
  }
}

export const outcome = ({ ok, status, trouble }: WebhookDelivery): string =>
  [ok ? 'taken' : 'not taken', trouble ?? (status === null ? '' : String(status))].filter(Boolean).join(', ');
