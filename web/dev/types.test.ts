// The generated types belong to the OpenAPI file as it is now.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

test('src/api/generated.ts is fresh (npm run types makes it anew)', async () => {
  const source = JSON.parse(readFileSync(resolve(root, 'docs/reference/openapi.json'), 'utf8'));
  const made = astToString(await openapiTS(source, { defaultNonNullable: false }));
  const kept = readFileSync(resolve(root, 'web/src/api/generated.ts'), 'utf8');
  expect(kept.slice(kept.indexOf('export interface paths')).trim()).toBe(
    made.slice(made.indexOf('export interface paths')).trim(),
  );
}, 30_000);
