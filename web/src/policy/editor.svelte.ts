// The rules of a room while somebody works on them: what holds, the draft, what it would change, and the way to set it.

import type { LogEntry } from '../api/events.ts';
import { explain, MeshProblem } from '../api/problem.ts';
import type { Explanations, Policy, PolicyView } from '../api/types.ts';
import { actorName } from '../participant/people.svelte.ts';
import { mesh } from '../shell/mesh.svelte.ts';
import { type Change, changes, type Draft, type Fault, faultOf, PolicyFault, toDraft, toPolicy } from './policy.ts';

/** A version that was set, newest first in lists. */
export interface Version {
  version: number;
  policy: Policy;
  by?: string;
  at?: string;
  seq?: number;
}

export class RulesEditor {
  readonly room: string;
  /** What the draft began with. */
  held = $state.raw<PolicyView | null>(null);
  draft = $state<Draft>(toDraft({}));
  /** Another version that was set since. */
  newer = $state.raw<PolicyView | null>(null);
  /** What is wrong with the draft, and where. */
  fault = $state.raw<Fault | null>(null);
  /** Setting it would lock everybody else out; it has to be confirmed. */
  lockout = $state('');
  problem = $state('');
  busy = $state(false);
  /** Whom the preview is about. */
  who = $state('');
  present = $state.raw<Explanations | null>(null);
  drafted = $state.raw<Explanations | null>(null);
  previewing = $state(false);
  previewProblem = $state('');
  /** Versions this page has seen or read in the log. */
  versions = $state.raw<Version[]>([]);
  historyProblem = $state('');

  readonly read = $derived.by((): { policy: Policy } | { fault: Fault } => {
    try {
      return { policy: toPolicy(this.draft) };
    } catch (error) {
      if (error instanceof PolicyFault) return { fault: { place: error.place, words: error.words } };
      throw error;
    }
  });
  readonly policy = $derived('policy' in this.read ? this.read.policy : null);
  readonly changes = $derived.by((): Change[] => {
    if (!this.held) return [];
    if (this.policy) return changes(this.held.policy, this.policy);
    return [{ how: 'changed', place: 'messages', words: 'Form of messages' }];
  });
  readonly dirty = $derived(this.changes.length > 0);
  #turn = 0;

  constructor(room: string) {
    this.room = room;
  }

  async load(): Promise<void> {
    try {
      const view = await mesh.call('room.policy_get', { room: this.room });
      this.problem = '';
      this.remember(view);
      if (this.held && this.dirty) {
        if (view.version !== this.held.version) this.newer = view;
        this.held = { ...this.held, slow_mode: view.slow_mode, hold: view.hold };
      } else this.take(view);
    } catch (error) {
      this.problem = explain(error);
    }
  }

  /** Begins anew from a version that the node holds. */
  take(view: PolicyView): void {
    this.held = view;
    this.draft = toDraft(view.policy);
    this.newer = null;
    this.fault = null;
    this.lockout = '';
  }

  /** Keeps the draft, on top of the newer version. */
  keepMine(): void {
    if (!this.newer) return;
    this.held = this.newer;
    this.newer = null;
  }

  discard(): void {
    if (this.held) this.take(this.held);
  }

  /** Puts a policy into the draft; it is not set by that. */
  put(policy: Policy): void {
    this.draft = toDraft(policy);
    this.fault = null;
  }

  remember(view: PolicyView): void {
    if (view.version === 0 || this.versions.some((one) => one.version === view.version)) return;
    const { version, policy } = view;
    const seen = { version, policy, by: view.set_by?.handle, at: view.set_at ?? undefined, seq: view.seq ?? undefined };
    this.versions = [...this.versions, seen].sort((a, b) => b.version - a.version);
  }

  /** The version before the one that holds; before the first there were no rules. */
  get former(): Version | null {
    const version = this.held?.version ?? 0;
    if (version === 0) return null;
    if (version === 1) return { version: 0, policy: {} };
    return this.versions.find((one) => one.version === version - 1) ?? null;
  }

  /** Reads all versions from the log, as far as the reader may. */
  async loadHistory(): Promise<void> {
    try {
      const found: Version[] = [];
      let before: number | undefined;
      do {
        const page = await mesh.call('log.list', {
          types: ['room.policy_set'],
          room: this.room,
          newest: true,
          limit: 100,
          ...(before && { before }),
        });
        for (const entry of page.items as LogEntry[]) {
          if (entry.type !== 'room.policy_set') continue;
          const { version, policy } = entry.facts;
          found.push({ version, policy, by: actorName(entry.by), at: entry.at, seq: entry.seq });
        }
        before = page.prev ?? undefined;
      } while (before !== undefined && found.length < 500);
      this.versions = found;
      this.historyProblem = '';
    } catch (error) {
      this.historyProblem = explain(error);
    }
  }

  /** Sets the draft. True when it holds. */
  async save(force = false): Promise<boolean> {
    if ('fault' in this.read) {
      this.fault = this.read.fault;
      return false;
    }
    return this.#set(this.read.policy, this.held?.version ?? 0, force);
  }

  /** Sets the former version again. */
  async undo(): Promise<boolean> {
    const former = this.former;
    return former !== null && this.#set(former.policy, this.held?.version ?? 0, false);
  }

  async #set(policy: Policy, expected: number, force: boolean): Promise<boolean> {
    this.busy = true;
    this.lockout = '';
    this.fault = null;
    this.problem = '';
    try {
      await mesh.call('room.policy_set', {
        room: this.room,
        policy,
        expected_version: expected,
        ...(force && { force }),
      });
      const view = await mesh.call('room.policy_get', { room: this.room });
      this.remember(view);
      this.take(view);
      return true;
    } catch (error) {
      await this.#refused(error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  async #refused(error: unknown): Promise<void> {
    const problem = error instanceof MeshProblem ? error.problem : null;
    const code = problem?.code;
    if (code === 'conflict') {
      this.newer = await mesh.call('room.policy_get', { room: this.room }).catch(() => null);
      if (this.newer) this.remember(this.newer);
      else this.problem = explain(error);
    } else if (problem && code === 'invalid_policy' && problem.rule?.by === 'lockout') {
      this.lockout = faultOf(problem).words;
    } else if (problem && code === 'invalid_policy') this.fault = faultOf(problem);
    else this.problem = explain(error);
  }

  /** Asks what somebody may do now and under the draft. Only the newest question's answer is shown. */
  async preview(): Promise<void> {
    const [who, policy] = [this.who, this.policy];
    const turn = ++this.#turn;
    if (!who) return;
    if (!policy) {
      this.previewProblem = 'fault' in this.read ? this.read.fault.words : '';
      return;
    }
    this.previewing = true;
    try {
      const [present, drafted] = await Promise.all([
        mesh.call('room.explain', { room: this.room, participant: who }),
        mesh
          .call('room.policy_try', { room: this.room, policy, participant: who })
          .catch((error: unknown) => ({ error })),
      ]);
      if (turn !== this.#turn) return;
      this.present = present;
      if ('error' in drafted) throw drafted.error;
      this.drafted = drafted;
      this.previewProblem = '';
      this.fault = null;
    } catch (error) {
      if (turn !== this.#turn) return;
      const wrong = error instanceof MeshProblem && error.code === 'invalid_policy';
      const fault = wrong ? faultOf(error.problem) : null;
      if (fault) this.fault = fault;
      this.previewProblem = fault?.words ?? explain(error);
    } finally {
      if (turn === this.#turn) this.previewing = false;
    }
  }

  /** Another version was set somewhere, or slow mode or hold changed. */
  heard(): void {
    if (!this.busy) void this.load();
  }
}

const editors = new Map<string, RulesEditor>();

/** The editor of a room. Drafts stay while the page is open, wherever the reader goes meanwhile. */
export function editorOf(room: string): RulesEditor {
  let editor = editors.get(room);
  if (!editor) {
    editor = new RulesEditor(room);
    editors.set(room, editor);
  }
  return editor;
}
