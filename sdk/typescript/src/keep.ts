// For programs on Node: an identity that is kept in a file.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { enter, type Identity, type Mesh, redeem } from './mesh.ts';

/**
 * Comes in by an invite, once; afterwards by what was kept in the file `keep`. The file holds the token and the secret key, for
 * its owner alone (mode 0600). The node that answered the first time is the only one they are ever shown to.
 */
export async function join(invite: string, handle: string, keep: string): Promise<Mesh> {
  if (!existsSync(keep)) {
    const identity = await redeem(invite, handle);
    mkdirSync(dirname(keep), { recursive: true });
    writeFileSync(keep, JSON.stringify(identity), { mode: 0o600, flag: 'wx' });
  }
  return enter(JSON.parse(readFileSync(keep, 'utf8')) as Identity);
}
