// The bytes that are signed.
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
  // sha256sum of the salt's 16 bytes and the content's.
  const expected = '9c0a09b4e7823c114a9c755d5d0a5fe321918b146b7315286555194f41b93e83';
  expect(await contentHash(salt, content)).toBe(expected);
});
test('hex there and back', () => {
  expect(hex(fromHex('00ff10'))).toBe('00ff10');
});
