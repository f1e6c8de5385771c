// The bytes of files, to and from the node. They go beside the calls, and like these show the page's key: an address alone
// gives nobody anything.

import type { Call } from '../api/call.ts';
import { MeshProblem } from '../api/problem.ts';
import type { FileRef, FileStored, FileVersion, Problem } from '../api/types.ts';
import { hex } from '../identity/statement.ts';
import { pageKeyHeader } from '../login/pageKey.ts';
import { newKey } from '../shell/id.ts';

/** The node's limits. */
export const BYTES_MAX = 20 * 1024 * 1024;
export const FILES_MAX = 10;

/** What is shown as a picture: what the node found in the bytes, and nothing that could hold a program. */
const PICTURES = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'];
/** A larger picture is not fetched unasked. */
const PICTURE_BYTES_MAX = 5 * 1024 * 1024;

export const isPicture = (file: FileVersion): boolean =>
  PICTURES.includes(file.media) && file.bytes <= PICTURE_BYTES_MAX;

/** 1.5 MiB */
export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const unit = bytes < 1024 ** 2 ? 1 : 2;
  return `${(bytes / 1024 ** unit).toFixed(1)} ${['KiB', 'MiB'][unit - 1]}`;
}

/** What no path of a room's file holds. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const STRANGE = /[\u0000-\u001f\u007f\\/*?:"<>|]/g;

/** A name that a room's file can have. A picture from the clipboard is called the same each time: it gets the time. */
export function nameOf(file: File): string {
  const [, ending] = /^image(\.\w+)$/.exec(file.name) ?? [];
  if (!ending) return file.name.replace(STRANGE, '_').trim() || 'file';
  const at = new Date(file.lastModified).toISOString().slice(0, 19).replace('T', ' ').replaceAll(':', '.');
  return `pasted ${at}${ending}`;
}

const STOPPED = 'Stopped, and the message was not sent. Send again, or leave this file out.';

const address = (room: string, fields: Record<string, string>): string =>
  `/api/rooms/${encodeURIComponent(room)}/file/bytes?${new URLSearchParams(fields)}`;

function problemOf(status: number, body: string): MeshProblem {
  const other = { title: 'The node refused', status, code: 'unknown', detail: `It answered with status ${status}.` };
  try {
    return new MeshProblem(JSON.parse(body) as Problem);
  } catch {
    return new MeshProblem(other);
  }
}

/** A version as it was put: other bytes than those of its hash are an error. */
export async function fetchBytes(room: string, file: FileVersion, media: string, signal?: AbortSignal): Promise<Blob> {
  const place = address(room, { path: file.file, version: String(file.version) });
  const response = await fetch(place, { headers: pageKeyHeader(), ...(signal && { signal }) });
  if (!response.ok) throw problemOf(response.status, await response.text());
  const bytes = await response.arrayBuffer();
  // Browsers lend no hashes to pages on plain http at another machine.
  if (file.sha256 && crypto.subtle) {
    const found = hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
    if (found !== file.sha256)
      throw new Error('These are not the bytes that were put. Ask the owner of the node to run mesh doctor.');
  }
  return new Blob([bytes], { type: media });
}

/** Saves a version under its name. It is never opened here. */
export async function save(room: string, file: FileVersion): Promise<void> {
  const url = URL.createObjectURL(await fetchBytes(room, file, 'application/octet-stream'));
  const link = document.createElement('a');
  link.href = url;
  link.download = file.path.split('/').at(-1) ?? file.file;
  link.click();
  // The browser has taken it by its next turn.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}

/** The version that is there under a name, if there is one: a new one goes onto it. */
async function newest(call: Call, room: string, path: string): Promise<number | undefined> {
  try {
    const [found] = (await call('file.history', { room, path, limit: 1 })).items;
    return found?.removed ? undefined : found?.version;
  } catch (error) {
    if (error instanceof MeshProblem && error.code === 'not_found') return undefined;
    throw error;
  }
}

/** One attempt to put something: a repetition with the same key and base is stored once. */
export interface Attempt {
  key: string;
  base: number | undefined;
}

export const attempt = async (call: Call, room: string, path: string): Promise<Attempt> => ({
  key: newKey(),
  base: await newest(call, room, path),
});

/** Puts a file of this machine into a room. */
export function put(
  { key, base }: Attempt,
  room: string,
  path: string,
  file: File,
  moved: (bytes: number) => void,
  signal: AbortSignal,
): Promise<FileRef> {
  const request = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    const stop = () => request.abort();
    signal.addEventListener('abort', stop);
    request.open('PUT', address(room, { path, ...(base && { base: String(base) }) }));
    const headers = { 'content-type': 'application/octet-stream', 'idempotency-key': key, ...pageKeyHeader() };
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => moved(event.loaded);
    request.onload = () => {
      if (request.status !== 201) return reject(problemOf(request.status, request.responseText));
      const { file, version } = JSON.parse(request.responseText) as FileStored;
      resolve({ file, version });
    };
    request.onerror = () =>
      reject(new Error('The link to the node broke before it answered. Send again: it is stored once.'));
    request.onabort = () => reject(new Error(STOPPED));
    request.onloadend = () => signal.removeEventListener('abort', stop);
    if (signal.aborted) return reject(new Error(STOPPED));
    request.send(file);
  });
}
