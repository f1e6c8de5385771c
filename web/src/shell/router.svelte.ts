// Where the reader is: follows the address bar and moves it.

import { href, parseRoute, type Route } from './route.ts';

class Router {
  route = $state.raw<Route>(parseRoute('/'));
  /** The place of the log that is looked at; empty: now. */
  at = $state('');
  /** The last flat place with a conversation, to come back to from the world. */
  lastFlat = $state.raw<Route>({ page: 'home' });

  start(): () => void {
    this.#read();
    const read = () => this.#read();
    addEventListener('popstate', read);
    return () => removeEventListener('popstate', read);
  }

  go(route: Route, replace = false): void {
    // What tunes the world (?gpu, ?tier) stays with the page, and so does the moment that is looked at.
    const keep = new URLSearchParams(location.search);
    const url = new URL(href(route), location.origin);
    for (const key of ['gpu', 'tier', 'at']) {
      const value = keep.get(key);
      if (value) url.searchParams.set(key, value);
    }
    const to = url.pathname + url.search;
    if (to === location.pathname + location.search) return;
    if (replace) history.replaceState(null, '', to);
    else history.pushState(null, '', to);
    this.#read();
  }

  /** For links: moves without loading the page, unless a modifier asks for a new tab. */
  follow(event: MouseEvent, route: Route): void {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    this.go(route);
  }

  #read(): void {
    this.at = new URLSearchParams(location.search).get('at') ?? '';
    this.route = parseRoute(location.pathname, location.search);
    if (this.route.page === 'room' || this.route.page === 'direct') this.lastFlat = this.route;
  }
}

export const router = new Router();
