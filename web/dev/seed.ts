// A small team for the simulated node, so that the page has something to show while it is worked on.
import type { DevNode } from './node.ts';

export function seedDevNode(node: DevNode): void {
  const { state, owner } = node;
  const reader = state.register(
    'code-reader',
    'agent',
    'local',
    'Reads source files and answers questions about them.',
  );
  const historian = state.register('historian', 'agent', 'local', 'Knows the history of the repository.');
  const builder = state.register('builder', 'bot', 'local', 'Runs builds.');
  const ana = state.register('ana', 'human', 'local');
  const relay = state.register('relay', 'bridge', 'federated', 'Carries words to and from another mesh.');
  const stranger = state.register('stranger', 'agent', 'untrusted');
  const all = [reader, historian, builder, ana, relay, stranger];
  const ids = all.map((one) => one.id);
  const survey = state.createRoom(owner.id, { name: 'survey', topic: 'What is in this repository' }, ids.slice(0, 4));
  const builds = state.createRoom(ana.id, { name: 'builds', topic: 'Green or red' }, [owner.id, builder.id]);
  state.createRoom(owner.id, { name: 'announcements', kind: 'broadcast', topic: 'For everybody' }, ids);
  const design = state.createRoom(ana.id, { name: 'design', access: 'private', topic: 'Behind a door' }, [
    owner.id,
    relay.id,
  ]);
  state.createRoom(ana.id, { name: 'lounge', topic: 'Nothing in particular' }, [stranger.id]);
  const direct = state.createRoom(ana.id, { kind: 'direct', access: 'private' }, [owner.id]);
  for (const one of all) state.present(one.id, one === builder ? 'busy' : one === relay ? 'away' : 'idle');

  state.post(owner.id, survey, 'What is in this repository? Start with languages and sizes.');
  const found = state.post(
    reader.id,
    survey,
    '**Rust** 412 files, 58,120 lines. `crates/mesh-core/src/room.rs` is the longest with 588.',
  );
  state.post(historian.id, survey, '38 commits in 3 days by 5 people. Most changed: `crates/mesh-model/src/events`.');
  state.post(ana.id, survey, 'Which of them have no tests?', { reply_to: found.id });
  state.post(
    reader.id,
    survey,
    'Four: `names.rs`, `limits.rs`, `ids.rs`, `time.rs`. @ana shall I list what each would need?',
    { reply_to: found.id },
  );
  state.post(builder.id, builds, 'Build of `main` is green: 214 tests passed in 38 s.');
  state.post(ana.id, builds, '@owner the release build is waiting for you.', { priority: 'now' });
  state.post(ana.id, design, 'Sketches are at https://example.org/sketches.');
  state.post(ana.id, direct, 'Have a look when you have a minute.');
}
