// A push service as the makers of browsers run them, and the keys of a browser that uses it: it takes what a node sends and opens it
// by RFC 8291 with OpenSSL's curve and cipher, which are none of the node's.
import { createDecipheriv, createECDH, type ECDH, hkdfSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Pushed {
  headers: IncomingHttpHeaders;
  /** What it says, opened. */
  told: { title: string; body: string; path: string; tag: string; approval?: { id: string; until: string } };
  /** The same as it was before it was sealed. */
  text: string;
}

export class PushServiceDouble {
  readonly #server: Server;
  readonly #keys: ECDH = createECDH('prime256v1');
  readonly #auth = randomBytes(16);
  readonly #came: Pushed[] = [];
  #waits: (() => void) | undefined;
  answer = 201;

  constructor() {
    this.#keys.generateKeys();
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const text = this.#open(Buffer.concat(parts));
        this.#came.push({ headers: request.headers, text, told: JSON.parse(text) });
        response.writeHead(this.answer).end();
        this.#waits?.();
      });
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** What a browser that uses it gives to a page. */
  get subscription() {
    return {
      endpoint: `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/to/this-browser`,
      p256dh: this.#keys.getPublicKey('base64url'),
      auth: this.#auth.toString('base64url'),
    };
  }

  /** What was sent next. */
  async next(): Promise<Pushed> {
    if (this.#came.length === 0)
      await new Promise<void>((resolve) => {
        this.#waits = resolve;
      });
    this.#waits = undefined;
    return this.#came.shift()!;
  }

  #open(body: Buffer): string {
    const salt = body.subarray(0, 16);
    const sender = body.subarray(21, 21 + body[20]!);
    const sealed = body.subarray(21 + body[20]!);
    const derive = (key: Buffer, salted: Buffer, info: Buffer, length: number) =>
      Buffer.from(hkdfSync('sha256', key, salted, info, length));
    const about = (name: string) => Buffer.from(`Content-Encoding: ${name}\0`);
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.#keys.getPublicKey(), sender]);
    const key = derive(this.#keys.computeSecret(sender), this.#auth, info, 32);
    const cipher = createDecipheriv(
      'aes-128-gcm',
      derive(key, salt, about('aes128gcm'), 16),
      derive(key, salt, about('nonce'), 12),
    );
    cipher.setAuthTag(sealed.subarray(-16));
    const plain = Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()]);
    const end = plain.findLastIndex((byte) => byte !== 0);
    if (plain[end] !== 2) throw new Error('the last record does not end as one');
    return plain.subarray(0, end).toString();
  }
}
