// Keys and what is signed with them: the statements of the protocol, byte for byte. Needs WebCrypto with Ed25519.

import type { SignedResult, TaskOutput } from './generated.ts';

const encoder = new TextEncoder();
/** What stands before the 32 bytes of a seed in PKCS #8. */
const PKCS8 = '302e020100300506032b657004220420';

export const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

export function unhex(text: string): Uint8Array<ArrayBuffer> {
  if (text.length % 2 !== 0 || /[^0-9a-f]/i.test(text)) throw new RangeError('these are no hexadecimal digits');
  return Uint8Array.from({ length: text.length / 2 }, (_, at) => Number.parseInt(text.slice(at * 2, at * 2 + 2), 16));
}

export const random = (bytes: number): string => hex(crypto.getRandomValues(new Uint8Array(bytes)));

/** A name with a version, then its fields, one a line. */
export const statement = (name: string, ...fields: string[]): string =>
  [name, ...fields.map((field) => field.replaceAll('\n', ''))].join('\n');

/** The hash that a signed message names and the log holds. */
export async function bodyHash(salt: Uint8Array, content: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const whole = new Uint8Array(salt.length + content.length);
  whole.set(salt);
  whole.set(content, salt.length);
  return new Uint8Array(await crypto.subtle.digest('SHA-256', whole));
}

export interface Signed {
  key: string;
  salt: string;
  sig: string;
  content: string;
}

/** A participant's Ed25519 key. It stays on this side. */
export class Signer {
  /** The public key, 64 hexadecimal digits. */
  readonly public: string;
  /** The secret, 64 hexadecimal digits: whoever has it signs in this participant's name. */
  readonly seed: string;
  readonly #key: CryptoKey;

  private constructor(key: CryptoKey, publicKey: string, seed: string) {
    this.#key = key;
    this.public = publicKey;
    this.seed = seed;
  }

  /** The key of this seed; a new one without it. */
  static async of(seed: string = random(32)): Promise<Signer> {
    const key = await crypto.subtle.importKey('pkcs8', unhex(PKCS8 + seed), 'Ed25519', true, ['sign']);
    const { x = '' } = await crypto.subtle.exportKey('jwk', key);
    const bytes = atob(x.replaceAll('-', '+').replaceAll('_', '/'));
    return new Signer(key, hex(Uint8Array.from(bytes, (letter) => letter.charCodeAt(0))), seed);
  }

  /** The input of `invite.redeem`: that the key's holder comes in by this invite, this once. */
  async redemption(mesh: string, code: string, handle: string) {
    const nonce = random(16);
    const hash = hex(new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(code))));
    const proof = await this.sign(statement('mesh-redeem/1', mesh, hash, handle, this.public, nonce));
    return { code, handle, key: this.public, nonce, proof };
  }

  async sign(stated: string): Promise<string> {
    return hex(new Uint8Array(await crypto.subtle.sign('Ed25519', this.#key, encoder.encode(stated))));
  }

  /** For `identity.add`: that the key's holder signs for the participant. */
  keyProof(mesh: string, participant: string): Promise<string> {
    return this.sign(statement('mesh-key/1', mesh, participant, this.public));
  }

  /**
   * The field `signed` of `message.post`: bound to one mesh, one room and one request. The salt follows from what is sent and
   * the secret key, so that a repetition is the same bytes.
   */
  async message(mesh: string, room: string, idempotencyKey: string, body: object): Promise<Signed> {
    const content = JSON.stringify(body);
    const drawn = await this.sign(`mesh-salt/1\n${mesh}\n${room}\n${idempotencyKey}\n${content}`);
    const salt = (await bodyHash(new Uint8Array(16), unhex(drawn))).slice(0, 16);
    const hash = hex(await bodyHash(salt, encoder.encode(content)));
    const sig = await this.sign(statement('mesh-statement/1', mesh, room, this.public, idempotencyKey, hash));
    return { key: this.public, salt: hex(salt), sig, content };
  }

  /**
   * The field `signed` of `task.finish`: linked to the results it was built on. Undefined if the output holds numbers that
   * languages write differently: then the node attests who handed it in.
   */
  async result(
    mesh: string,
    agent: string,
    task: string,
    previous: string[],
    output: TaskOutput,
  ): Promise<SignedResult | undefined> {
    const data = output.data ? settled(output.data) : '';
    if (data === undefined) return undefined;
    const content = `{"text":${JSON.stringify(output.text)}${data && `,"data":${data}`}}`;
    const [salt, at] = [random(16), new Date()];
    const links = previous.length > 0 ? previous : ['0'.repeat(64)];
    const hash = hex(await bodyHash(unhex(salt), encoder.encode(content)));
    const made = statement('mesh-result/1', mesh, links.join(','), String(at.getTime()), agent, task, hash);
    return { key: this.public, sig: await this.sign(made), at: at.toISOString(), salt, previous: links };
  }
}

/** By code points, as the node orders them; JavaScript compares halves of pairs. */
function inOrder([a]: [string, unknown], [b]: [string, unknown]): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const apart = (left[at]?.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? 0);
    if (apart !== 0) return apart;
  }
  return left.length - right.length;
}

/** JSON with keys in order, as the node writes it; undefined if it holds numbers that languages write differently. */
export function settled(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? JSON.stringify(value) : undefined;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const parts = Array.isArray(value)
    ? value.map((one) => settled(one))
    : Object.entries(value)
        .filter(([, one]) => one !== undefined)
        .sort(inOrder)
        .map(([key, one]) => {
          const made = settled(one);
          return made === undefined ? undefined : `${JSON.stringify(key)}:${made}`;
        });
  if (parts.includes(undefined)) return undefined;
  return Array.isArray(value) ? `[${parts.join(',')}]` : `{${parts.join(',')}}`;
}

/** The key of the node that answered the challenge; undefined if nobody did. */
export async function proven(challenge: string, proof: string): Promise<string | undefined> {
  const [key = '', sig = ''] = proof.split('.');
  try {
    const known = await crypto.subtle.importKey('raw', unhex(key), 'Ed25519', false, ['verify']);
    const stated = encoder.encode(statement('mesh-node/1', challenge));
    return (await crypto.subtle.verify('Ed25519', known, unhex(sig), stated)) ? key.toLowerCase() : undefined;
  } catch {
    return undefined;
  }
}
