// Signing in and out over plain HTTP: the cookie it sets is what the WebSocket is let in with.

import { MeshProblem } from '../api/problem.ts';
import type { Problem } from '../api/types.ts';

async function post(path: string, body: object): Promise<void> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (response.ok) return;
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

export const signIn = (username: string, password: string): Promise<void> => post('/api/login', { username, password });
export const signOut = (): Promise<void> => post('/api/logout', {});

/** Whether the cookie this browser holds is good. Null when the node cannot be reached. */
export async function signedIn(): Promise<boolean | null> {
  try {
    const response = await fetch('/api/me', { headers: { accept: 'application/json' } });
    if (response.ok) return true;
    return response.status === 401 || response.status === 403 ? false : null;
  } catch {
    return null;
  }
}
