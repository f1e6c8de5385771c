// What knocks, how it is proved there, and what came of a delivery, in words.

import type { Inlet, InletDelivery, InletKind } from '../api/types.ts';

export const KINDS: Record<InletKind, { name: string; how: string; given?: boolean }> = {
  github: {
    name: 'GitHub',
    how: 'At GitHub: Settings, Webhooks, Add webhook. The address is the payload URL, the content type application/json.',
  },
  gitlab: { name: 'GitLab', how: 'At GitLab: Settings, Webhooks, Add new webhook. The secret is the secret token.' },
  'uptime-kuma': {
    name: 'Uptime Kuma',
    how: 'A notification of the type Webhook, with the additional header X-Webhook-Secret.',
  },
  sentry: {
    name: 'Sentry',
    how: 'An internal integration with this webhook URL. Its client secret is the secret.',
    given: true,
  },
  stripe: {
    name: 'Stripe',
    how: 'An event destination with this address. Its signing secret is the secret.',
    given: true,
  },
  standard: { name: 'Standard Webhooks', how: 'Any sender that signs as Standard Webhooks says.' },
  generic: { name: 'Another program', how: 'Let it send JSON with the secret in the header X-Webhook-Secret.' },
};

export function standing({ state, came, wrong }: Pick<Inlet, 'state' | 'came' | 'wrong'>): string {
  const words = {
    active: 'open',
    paused: 'paused: senders are told to come later',
    over: 'over: whoever made it may not do that any more',
  };
  const counts = [came > 0 ? `${came} came` : '', wrong > 0 ? `${wrong} not proved` : ''].filter(Boolean).join(', ');
  return counts ? `${words[state]}; ${counts} since the node was started` : words[state];
}

export function outcome({ outcome: what, why }: Pick<InletDelivery, 'outcome' | 'why'>): string {
  switch (what) {
    case 'accepted':
      return 'in the room';
    case 'held':
      return 'waits for a moderator';
    case 'refused':
      return why ? `refused: ${why}` : 'refused';
    case 'duplicate':
      return 'came before';
    case 'filtered':
      return 'not wanted';
  }
}
