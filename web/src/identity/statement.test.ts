// The bytes that are signed.
import { expect, test } from 'vitest';
import vectors from '../../../crates/mesh-proof/tests/vectors/statements.json';
import { contentHash, contentOf, fromHex, hex, keyStatement, messageStatement } from './statement.ts';

test('statements are lines without one at the end', () => {
  expect(messageStatement('mesh', 'room', 'key', 'once', 'hash')).toBe('mesh-statement/1\nmesh\nroom\nkey\nonce\nhash');
  expect(keyStatement('mesh', 'who', 'key')).toBe('mesh-key/1\nmesh\nwho\nkey');
});
const [message, key] = vectors.statements;
const fields = (statement: string) => statement.split('\n').slice(1);

test('the same bytes as the node has', async () => {
  expect(contentOf((JSON.parse(vectors.content) as { text: string }).text)).toBe(vectors.content);
  expect(await contentHash(fromHex(vectors.salt), vectors.content)).toBe(vectors.body_hash);
  const [mesh, room, public_, once, hash] = fields(message!.statement);
  expect(messageStatement(mesh!, room!, public_!, once!, hash!)).toBe(message!.statement);
  const [where, who, held] = fields(key!.statement);
  expect(keyStatement(where!, who!, held!)).toBe(key!.statement);
});
test('and the same signature', async () => {
  // An Ed25519 secret in PKCS #8: a fixed beginning, then the 32 bytes.
  const secret = fromHex(`302e020100300506032b657004220420${vectors.secret}`);
  const own = await crypto.subtle.importKey('pkcs8', secret, 'Ed25519', false, ['sign']);
  for (const { statement, sig } of vectors.statements) {
    const made = await crypto.subtle.sign('Ed25519', own, new TextEncoder().encode(statement));
    expect(hex(new Uint8Array(made))).toBe(sig);
  }
});
test('the hash is over salt and content', async () => {
  const salt = fromHex('000102030405060708090a0b0c0d0e0f');
  expect(contentOf('a', [{ file: 'f', version: 2 }])).toBe('{"text":"a","files":[{"file":"f","version":2}]}');
  const content = contentOf('é "quoted"\n');
  expect(content).toBe('{"text":"é \\"quoted\\"\\n"}');
  // sha256sum of the salt's 16 bytes and the content's.
  const expected = '9c0a09b4e7823c114a9c755d5d0a5fe321918b146b7315286555194f41b93e83';
  expect(await contentHash(salt, content)).toBe(expected);
});
test('hex there and back', () => {
  expect(hex(fromHex('00ff10'))).toBe('00ff10');
});
