// The bytes that are signed.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { contentHash, contentOf, fromHex, hex, keyStatement, messageStatement } from './statement.ts';

test('statements are lines without one at the end', () => {
  expect(messageStatement('mesh', 'room', 'key', 'once', 'hash')).toBe('mesh-statement/1\nmesh\nroom\nkey\nonce\nhash');
  expect(keyStatement('mesh', 'who', 'key')).toBe('mesh-key/1\nmesh\nwho\nkey');
});
test('the hash is over salt and content', async () => {
  const salt = fromHex('000102030405060708090a0b0c0d0e0f');
  const content = contentOf('é "quoted"\n');
  expect(content).toBe('{"text":"é \\"quoted\\"\\n"}');
  const expected = createHash('sha256').update(salt).update(content, 'utf8').digest('hex');
  expect(await contentHash(salt, content)).toBe(expected);
});
test('hex there and back', () => {
  expect(hex(fromHex('00ff10'))).toBe('00ff10');
});
