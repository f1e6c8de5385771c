// The moment of the past that is shown: asked of the node, one question at a time, and played on from there.

import { explain } from '../api/problem.ts';
import type { Density, Moment, PastKind } from '../api/types.ts';
import { connection } from '../shell/connection.svelte.ts';
import { mesh } from '../shell/mesh.svelte.ts';
import { href, type Route } from '../shell/route.ts';
import { router } from '../shell/router.svelte.ts';
import { type RangeName, rangeWith, since, stepTo } from './density.ts';

export const SPEEDS = [1, 10, 100, 1000] as const;
export type Speed = (typeof SPEEDS)[number];
/** How often a moment is asked for while it plays: what changes is seen to move in between. */
const PLAY_MS = 300;
/** As many bars as a phone has points for. */
const BUCKETS = 180;
const MESSAGES = 60;

/** What is asked for: a place, a time, or now. */
type Wish = { place: number } | { at: number } | 'now';

export const scopeOf = (room: string | undefined, talks: boolean): string => `${room ?? ''} ${talks}`;

/** Changes the address, and lets the page follow it. */
function address(route: Route | null, at: number | null, replace: boolean): void {
  const url = new URL(route ? href(route) : location.href, location.origin);
  if (at === null) url.searchParams.delete('at');
  else url.searchParams.set('at', String(at));
  if (replace) history.replaceState(null, '', url);
  else history.pushState(null, '', url);
  dispatchEvent(new PopStateEvent('popstate'));
}

/** Back to what is so now. */
export function leave(route: Route | null = null): void {
  address(route, null, false);
}

/** Into the past, or out of it. */
export function travel(): void {
  if (router.at) leave();
  else if (mesh.may('tasks:read')) address(null, connection.head, false);
}

export class Past {
  moment = $state.raw<Moment | null>(null);
  density = $state.raw<Density | null>(null);
  range = $state<RangeName>('day');
  speed = $state<Speed>(10);
  kind = $state<PastKind | 'any'>('any');
  playing = $state(false);
  problem = $state('');
  /** For which room the moment was asked, and whether with its messages. */
  scope = $state('');
  /** Only this room, with its messages. */
  #room: string | undefined;
  #talks = false;
  #wish: Wish | null = null;
  #asking = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The moment of the mesh that plays, and the moment here at which it was so. */
  #played = { at: 0, since: 0 };
  #gone = false;

  readonly at = $derived(this.moment ? Date.parse(this.moment.at) : 0);
  readonly from = $derived(this.density ? Date.parse(this.density.since) : 0);
  readonly to = $derived(this.density ? Date.parse(this.density.until) : 0);

  /** The place that the address names. */
  follow(place: number): void {
    if (place !== this.moment?.seq) this.#ask({ place });
  }

  /** Another page is looked at. */
  within(room: string | undefined, talks: boolean): void {
    if (room === this.#room && talks === this.#talks) return;
    this.#room = room;
    this.#talks = talks;
    if (this.moment) {
      this.#ask({ place: this.moment.seq });
      void this.count();
    }
  }

  seek(at: number): void {
    this.pause();
    this.#ask(at >= this.to ? 'now' : { at });
  }

  now(): void {
    this.pause();
    this.#ask('now');
  }

  step(by: 1 | -1): void {
    this.pause();
    const place = this.moment && stepTo(this.moment.steps, this.kind, by);
    if (place) this.#ask({ place });
  }

  next(by: 1 | -1): boolean {
    return this.moment !== null && stepTo(this.moment.steps, this.kind, by) !== null;
  }

  play(): void {
    if (this.playing || !this.moment) return;
    this.playing = true;
    this.#played = { at: this.at, since: performance.now() };
    this.#turn();
  }

  pause(): void {
    this.playing = false;
    clearTimeout(this.#timer);
  }

  hurry(speed: Speed): void {
    // What has played so far went by at the old speed.
    this.#played = { at: this.#head(), since: performance.now() };
    this.speed = speed;
  }

  show(range: RangeName): void {
    this.range = range;
    void this.count();
  }

  async count(): Promise<void> {
    const now = Date.now();
    const begun = this.density ? Date.parse(this.density.begun) : null;
    try {
      this.density = await mesh.call('log.density', {
        since: new Date(since(this.range, now, begun)).toISOString(),
        until: new Date(now).toISOString(),
        buckets: BUCKETS,
        ...(this.#room && { room: this.#room }),
      });
      // The log began only now and then within the range: what is empty before it is not drawn.
      if (begun === null && Date.parse(this.density.begun) > Date.parse(this.density.since)) await this.count();
    } catch (error) {
      this.problem = explain(error);
    }
  }

  end(): void {
    this.#gone = true;
    this.pause();
  }

  #head(): number {
    return this.#played.at + (performance.now() - this.#played.since) * this.speed;
  }

  #turn(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (!this.playing) return;
      const at = this.#head();
      this.#ask(at >= Date.now() ? 'now' : { at });
      this.#turn();
    }, PLAY_MS);
  }

  #ask(wish: Wish): void {
    this.#wish = wish;
    if (!this.#asking) void this.#answer();
  }

  /** The newest wish is asked for; those that were overtaken are not. */
  async #answer(): Promise<void> {
    this.#asking = true;
    while (this.#wish && !this.#gone) {
      const wish = this.#wish;
      const scope = scopeOf(this.#room, this.#talks);
      this.#wish = null;
      try {
        this.moment = await mesh.call('log.moment', {
          ...(wish !== 'now' && ('place' in wish ? { place: wish.place } : { at: new Date(wish.at).toISOString() })),
          ...(this.#room && { room: this.#room }),
          ...(this.#room && this.#talks && { messages: MESSAGES }),
        });
        this.scope = scope;
        this.problem = '';
        if (wish === 'now') this.pause();
        this.#settle();
      } catch (error) {
        this.problem = explain(error);
        this.pause();
      }
    }
    this.#asking = false;
  }

  /** The address and the range follow what is shown. */
  #settle(): void {
    if (!this.moment || this.#gone || !router.at) return;
    if (router.at !== String(this.moment.seq)) address(null, this.moment.seq, true);
    const range = rangeWith(this.at, Date.now(), this.range);
    if (range !== this.range) this.show(range);
  }
}
