// The worker that works out where nodes are: one graph in, their places out.

import { settle, type ToSettle } from './settle.ts';

addEventListener('message', (event: MessageEvent<ToSettle>) => postMessage(settle(event.data)));
