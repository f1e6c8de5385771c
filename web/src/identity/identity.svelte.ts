// This browser's own key. It is made here, cannot leave the browser, and signs what is posted from here. Browsers without
// Ed25519, and pages on plain http at another machine, have none; the node then attests who wrote what.

import type { Call } from '../api/call.ts';
import { explain } from '../api/problem.ts';
import type { FileRef, Participant, SignedInput } from '../api/types.ts';
import { contentHash, contentOf, hex, keyStatement, messageStatement } from './statement.ts';

const DATABASE = 'mesh.identity';
const STORE = 'keys';

interface Held {
  pair: CryptoKeyPair;
  /** The public key in hex. */
  key: string;
}

function database(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function inStore<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const base = await database();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = base.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    base.close();
  }
}

class Identity {
  /** The public key that signs here, once the node knows it. */
  key = $state('');
  /** Why nothing is signed here; empty when it is. */
  reason = $state('');
  #pair: CryptoKeyPair | null = null;
  #mesh = '';

  #starting: Promise<void> = Promise.resolve();

  /** Loads or makes the key and sees that the node knows it. What is posted meanwhile waits for it. */
  start(call: Call, mesh: string, me: Participant, mayAdd: boolean): Promise<void> {
    this.#starting = this.#begin(call, mesh, me, mayAdd);
    return this.#starting;
  }

  async #begin(call: Call, mesh: string, me: Participant, mayAdd: boolean): Promise<void> {
    if (!globalThis.crypto?.subtle || !globalThis.indexedDB) {
      this.reason =
        'This page is not in a secure context, so the browser lends it no keys. The node attests what you write.';
      return;
    }
    try {
      const place = `${mesh}/${me.id}`;
      const known = (await call('identity.list', { participant: me.id })).items;
      let held = await inStore<Held | undefined>('readonly', (store) => store.get(place));
      const revoked = held && known.some((one) => one.key === held?.key && one.revoked);
      if (revoked) held = undefined;
      if (!held) {
        if (!mayAdd) {
          this.reason = 'Your permissions do not let you add a key. The node attests what you write.';
          return;
        }
        held = await makeKey();
        const fresh = held;
        await inStore('readwrite', (store) => store.put(fresh, place));
      }
      if (!known.some((one) => one.key === held.key)) await addKey(call, mesh, me.id, held);
      this.#pair = held.pair;
      this.#mesh = mesh;
      this.key = held.key;
      this.reason = '';
    } catch (error) {
      const missing = error instanceof DOMException && error.name === 'NotSupportedError';
      this.reason = missing
        ? 'This browser cannot make Ed25519 keys. The node attests what you write.'
        : `The key of this browser could not be used: ${explain(error)} The node attests what you write.`;
    }
  }

  /** This key was revoked here or elsewhere: nothing is signed with it any more. */
  revoked(key: string): void {
    if (key !== this.key) return;
    this.key = '';
    this.#pair = null;
    this.reason =
      'The key of this browser was revoked. Load the page again to make a new one; until then the node attests what you write.';
  }

  /** The content as this browser signs it; null when it has no key. */
  async sign(room: string, text: string, idempotency: string, files?: readonly FileRef[]): Promise<SignedInput | null> {
    await this.#starting;
    if (!this.#pair) return null;
    const salt = crypto.getRandomValues(new Uint8Array(16));
    const content = contentOf(text, files);
    const statement = messageStatement(this.#mesh, room, this.key, idempotency, await contentHash(salt, content));
    return { key: this.key, salt: hex(salt), sig: await signText(this.#pair, statement), content };
  }
}

async function makeKey(): Promise<Held> {
  const pair = (await crypto.subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify'])) as CryptoKeyPair;
  return { pair, key: hex(new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))) };
}

async function addKey(call: Call, mesh: string, me: string, held: Held): Promise<void> {
  await call('identity.add', { key: held.key, proof: await signText(held.pair, keyStatement(mesh, me, held.key)) });
}

const signText = async (pair: CryptoKeyPair, text: string): Promise<string> =>
  hex(new Uint8Array(await crypto.subtle.sign('Ed25519', pair.privateKey, new TextEncoder().encode(text))));

export const identity = new Identity();
