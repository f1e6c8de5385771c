// Writes src/commands.ts: which operations change something, from the node's OpenAPI file.
import { readFileSync, writeFileSync } from 'node:fs';

const openapi = JSON.parse(readFileSync(new URL('../../docs/reference/openapi.json', import.meta.url), 'utf8'));
const names = Object.values(openapi.paths)
  .flatMap((path) => Object.entries(path))
  .filter(([method, operation]) => method !== 'get' && operation.operationId)
  .map(([, operation]) => operation.operationId)
  .sort();
writeFileSync(
  new URL('src/commands.ts', import.meta.url),
  `/** Operations that change something: repeated, they need the same idempotency key. Made by commands.mjs. */\nexport const COMMANDS: ReadonlySet<string> = new Set(${JSON.stringify(names, null, 2)});\n`,
);
