// What an invite offers, and coming in by it. Over plain HTTP: nobody is signed in yet.

import { MeshProblem } from '../api/problem.ts';
import type { InviteOffer, Participant, Problem } from '../api/types.ts';
import { keepPageKey, pageKeyHeader } from '../login/pageKey.ts';
import { post } from '../login/session.ts';

async function get<T>(path: string): Promise<T> {
  const response = await fetch(path, { headers: { accept: 'application/json', ...pageKeyHeader() } });
  if (response.ok) return (await response.json()) as T;
  const problem = (await response.json().catch(() => null)) as Problem | null;
  throw new MeshProblem(problem ?? { title: 'The node refused', status: response.status, code: 'unknown' });
}

export const offerOf = (code: string): Promise<InviteOffer> =>
  get(`/api/invites/preview?${new URLSearchParams({ code })}`);

/** Who is signed in with this browser, if anybody is. */
export async function holder(): Promise<Participant | null> {
  try {
    return (await get<{ participant: Participant }>('/api/me')).participant;
  } catch {
    return null;
  }
}

/** Makes the user and signs this browser in. The same again is the same user. */
export async function comeIn(code: string, handle: string, password: string, displayName: string): Promise<void> {
  const { page_key } = await post<{ page_key: string }>('/api/invites/accept', {
    code,
    handle,
    password,
    ...(displayName && { display_name: displayName }),
  });
  keepPageKey(page_key);
}
