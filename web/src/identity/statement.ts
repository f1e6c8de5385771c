// What a browser signs. The bytes must be the node's to the last one: lines joined by a line feed, none at the end.

import type { FileRef } from '../api/types.ts';

/** Binds content to mesh, room, key and idempotency key, so that a signature cannot be moved elsewhere. */
export const messageStatement = (mesh: string, room: string, key: string, idempotency: string, hash: string): string =>
  ['mesh-statement/1', mesh, room, key, idempotency, hash].join('\n');

/** That whoever adds a key holds it. */
export const keyStatement = (mesh: string, participant: string, key: string): string =>
  ['mesh-key/1', mesh, participant, key].join('\n');

export const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length / 2);
  for (let index = 0; index < bytes.length; index++)
    bytes[index] = Number.parseInt(text.slice(index * 2, index * 2 + 2), 16);
  return bytes;
}

/** The exact content that is stored: the JSON of text and files. */
export const contentOf = (text: string, files?: readonly FileRef[]): string =>
  JSON.stringify({ text, ...(files?.length && { files }) });

/** The hash of salt and content, as the log holds it. */
export async function contentHash(salt: Uint8Array, content: string): Promise<string> {
  const bytes = new TextEncoder().encode(content);
  const both = new Uint8Array(salt.length + bytes.length);
  both.set(salt);
  both.set(bytes, salt.length);
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', both)));
}
