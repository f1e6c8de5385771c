// What the scenarios of all SDKs speak to: a line of JSON in, lines of JSON out. See sdk/scenario/README.md.
import { createInterface } from 'node:readline';
import { Failed, Mesh, MeshError, proven, Refused, Signer, statement, work } from 'themesh';
import { join } from 'themesh/keep';

let mesh;
const tell = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

async function stream(items) {
  for await (const { seq, type, data } of items) tell({ item: { seq, type, text: data.text } });
  tell({ ended: 'stream' });
}

/** Keys and words of which languages think differently. */
const ODD = { b: 1, a: { é: null, z: [true, '🦀\u2028\x7f', -9007199254740991] }, '\ufffd': {}, '🦀': [] };

async function count(task) {
  tell({ began: task.id });
  if (task.prompt.includes('impossible')) throw new Failed('it cannot be done', true);
  await task.progress('counting');
  return { text: `${task.prompt.split(/\s+/).length} words`, data: ODD };
}

async function vectors({ seed, mesh, participant, room, idempotency_key, text, file, challenge, proof }) {
  const signer = await Signer.of(seed);
  return {
    public: signer.public,
    key_proof: await signer.keyProof(mesh, participant),
    message: await signer.message(mesh, room, idempotency_key, { text }),
    message_with_file: await signer.message(mesh, room, idempotency_key, { text, files: [file] }),
    statement: statement('mesh-parent/1', mesh, participant, 'rex'),
    node: (await proven(challenge, proof)) ?? null,
  };
}

async function run(asked) {
  if (asked.do === 'join') {
    mesh = await join(asked.invite, asked.handle, asked.keep);
    return { handle: mesh.me.handle, session: mesh.session, key: mesh.me.key };
  }
  if (asked.do === 'connect') {
    mesh = await Mesh.connect({ url: asked.url, token: asked.token, node: asked.node });
    return { handle: mesh.me.handle };
  }
  if (asked.do === 'vectors') return vectors(asked);
  if (asked.text !== undefined) return mesh.room(asked.room).say(asked.text);
  if (asked.name) return mesh.callRaw(asked.name, asked.input);
  if (asked.stream) void stream(await mesh.items(asked.stream));
  if (asked.commands) void mesh.command('say', (message, words) => message.reply(words.join(' '))).run();
  if (asked.work) void work(mesh, { capabilities: asked.work, handler: count }).catch((why) => tell({ worker: why.message }));
  if (asked.close) mesh.close();
  return {};
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, ...asked } = JSON.parse(line);
  run(asked).then(
    (ok) => tell({ id, ok }),
    (why) => {
      if (why instanceof Refused) tell({ id, refused: { code: why.code, detail: why.detail, hint: why.hint } });
      else tell({ id, failed: why instanceof MeshError ? why.name.toLowerCase() : String(why) });
    },
  );
}
process.exit(0);
