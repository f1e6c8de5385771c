// The secret that this page keeps in the storage of its origin. A cookie goes to every port and path of a host; what is
// kept here reaches no other origin. The node lets a cookie in only together with it.

const PLACE = 'mesh.page-key';
const MARK = '#page-key=';

/** What is sent beside the cookie; nothing before the first sign-in. */
export function pageKey(): string | undefined {
  return localStorage.getItem(PLACE) ?? undefined;
}

export function keepPageKey(key: string): void {
  localStorage.setItem(PLACE, key);
}

export function pageKeyHeader(): Record<string, string> {
  const key = pageKey();
  return key ? { 'mesh-page-key': key } : {};
}

/** A sign-in link leads here with the key behind the `#`, which no server is sent. It does not stay in the address. */
export function takePageKey(): void {
  if (!location.hash.startsWith(MARK)) return;
  keepPageKey(location.hash.slice(MARK.length));
  history.replaceState(history.state, '', location.pathname + location.search);
}
