// Signing in and out over plain HTTP: the cookie it sets and the page's key are what the WebSocket is let in with.

import { MeshProblem } from '../api/problem.ts';
import type { Problem } from '../api/types.ts';
import { keepPageKey, pageKeyHeader } from './pageKey.ts';

export async function post<T>(path: string, body: object): Promise<T> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...pageKeyHeader() },
    body: JSON.stringify(body),
  });
  if (response.ok) return (await response.json()) as T;
  const problem = (await response.json().catch(() => null)) as Problem | null;
  throw new MeshProblem(
    problem ?? {
      title: 'The node refused',
      status: response.status,
      code: 'unknown',
      detail: `It answered with status ${response.status}.`,
    },
  );
}

export async function signIn(username: string, password: string): Promise<void> {
  const { page_key } = await post<{ page_key: string }>('/api/login', { username, password });
  keepPageKey(page_key);
}

/** The key of the page stays: an account that knows it is not locked by what strangers try. */
export async function signOut(): Promise<void> {
  await post('/api/logout', {});
}

/** Whether the cookie this browser holds is good. Null when the node cannot be reached. */
export async function signedIn(): Promise<boolean | null> {
  try {
    const response = await fetch('/api/me', { headers: { accept: 'application/json', ...pageKeyHeader() } });
    if (response.ok) return true;
    return response.status === 401 || response.status === 403 ? false : null;
  } catch {
    return null;
  }
}
