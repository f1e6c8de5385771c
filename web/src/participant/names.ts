// What people are called: a display name is anybody's to choose, so that two who look alike are told apart by their handles.

import type { Person, Profile } from '../api/types.ts';

/** As many characters as a line has room for. */
const NAME_CHARS_MAX = 60;

/** A display name without what could not be seen or would turn the words around it; empty if there is none. */
export function given(profile: Profile | undefined): string {
  const name = (profile?.display_name ?? '').replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/gu, '').replace(/\s+/g, ' ');
  return [...name.trim()].slice(0, NAME_CHARS_MAX).join('');
}

/** What is left of a name for an eye that does not look twice. */
export const look = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');

/** Letters of several alphabets in one name: nobody can tell whether it is another's name. */
export const mixed = (name: string): boolean =>
  [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u].filter((script) => script.test(name)).length > 1;

/** How many answer to each name as it looks, their handles counted with them. */
export function looks(everybody: Iterable<Person & { profile: Profile }>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const one of everybody)
    for (const name of new Set([look(given(one.profile)), look(one.handle)]))
      if (name) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** One name for texts: the display name, with the handle behind it where it alone could be another's. */
export function called(person: Person, profile: Profile | undefined, counts: Map<string, number>): string {
  const name = given(profile);
  if (!name || name === person.handle) return person.handle;
  return (counts.get(look(name)) ?? 0) > 1 || mixed(name) || look(name) === '' ? `${name} (${person.handle})` : name;
}
