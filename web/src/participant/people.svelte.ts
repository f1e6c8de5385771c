// Everybody this page knows of, and how they are.

import { SvelteMap } from 'svelte/reactivity';
import type { Participant, Person, Presence, PresenceOf, PresenceState } from '../api/types.ts';
import { actorOf } from '../log/audit.ts';
import { called, given, looks } from './names.ts';

const KIND_ORDER = { human: 0, agent: 1, bot: 2, bridge: 3 };

/** What is not known of somebody who was only met in a message. */
const UNKNOWN: Omit<Participant, keyof Person> = {
  parent: null,
  key: null,
  visibility: 'public',
  roles: [],
  groups: [],
  disabled: false,
  profile: {},
  registered_at: '',
  presence: { state: 'offline' },
};

class People {
  readonly byId = new SvelteMap<string, Participant>();
  readonly here = new SvelteMap<string, Presence>();
  me = $state.raw<Participant | null>(null);

  /** People and programs, those who are here first, then by kind and handle. */
  readonly list = $derived.by(() =>
    [...this.byId.values()].sort(
      (a, b) =>
        Number(this.state(b.id) !== 'offline') - Number(this.state(a.id) !== 'offline') ||
        KIND_ORDER[a.kind] - KIND_ORDER[b.kind] ||
        a.handle.localeCompare(b.handle),
    ),
  );
  readonly present = $derived(this.list.filter((one) => this.state(one.id) !== 'offline'));
  readonly programsHere = $derived(this.present.filter((one) => one.kind !== 'human').length);
  readonly humansHere = $derived(this.present.filter((one) => one.kind === 'human').length);
  readonly #looks = $derived(looks(this.byId.values()));
  readonly #byHandle = $derived(new Map([...this.byId.values()].map((one) => [one.handle.toLowerCase(), one])));

  state(id: string): PresenceState {
    return this.here.get(id)?.state ?? 'offline';
  }

  find(handle: string): Participant | undefined {
    return this.#byHandle.get(handle.replace(/^@/, '').toLowerCase());
  }

  /** Takes in the short form from a message when nothing longer is known. */
  meet(person: Person): void {
    const known = this.byId.get(person.id);
    if (known && known.trust === person.trust && known.handle === person.handle) return;
    const { id, handle, kind, trust } = person;
    this.byId.set(id, { ...(known ?? UNKNOWN), id, handle, kind, trust });
  }

  put(participant: Participant): void {
    this.byId.set(participant.id, participant);
    this.here.set(participant.id, participant.presence);
  }

  set(one: PresenceOf): void {
    this.meet(one.participant);
    this.here.set(one.participant.id, one.presence);
  }

  /** Replaces what is known of who is here; whoever is not in the list is not here. */
  setAll(all: readonly PresenceOf[]): void {
    const named = new Set(all.map((one) => one.participant.id));
    for (const id of this.here.keys()) if (!named.has(id)) this.here.delete(id);
    for (const one of all) this.set(one);
  }

  /** Who stands behind somebody, in words that follow its name; nothing for those who answer for themselves. */
  behind(id: string): string {
    const person = this.byId.get(id)?.behind;
    return person && person.id !== id ? ` (behind it: ${person.handle})` : '';
  }

  /** The display name, if one was chosen. */
  given(id: string): string {
    return given(this.byId.get(id)?.profile);
  }

  /** What somebody is called in a text, so that nobody is taken for another. */
  called(person: Person): string {
    return called(person, this.byId.get(person.id)?.profile, this.#looks);
  }

  /** The handle. */
  name(id: string): string {
    const one = this.byId.get(id);
    return one ? one.handle : 'somebody';
  }
}

export const people = new People();

/** Who did something, given what an event's header says of it. */
export function actorName(by: unknown): string {
  const actor = actorOf(by);
  return actor.id ? people.name(actor.id) : actor.by;
}
