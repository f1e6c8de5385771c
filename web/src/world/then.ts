// A moment of the past as the world wants it: who stood where, and what work stood where. No page and no three.js in here.

import type { Moment, Person, PieceKind, Room, TaskPiece, TaskThen } from '../api/types.ts';
import { questionOf } from '../approval/words.ts';
import { fromTrust } from '../message/marks.ts';
import { plain } from '../shell/markdown.ts';
import { ended, nameOf } from '../task/words.ts';
import { ENDED_MAX, ENDED_MS, FORM, NAME_MAX } from './forms.ts';
import { homes } from './homes.ts';
import type { WorldBody, WorldData, WorldTask, WorldWork } from './scene-view.ts';

/**
 * Rooms and participants at a moment. `rooms` are those of today in the order they were made: a room that was not there yet is
 * left out, and the others stand where they stand today.
 */
export function dataThen(
  moment: Moment,
  rooms: readonly Room[],
  titleOf: (room: Room) => string,
  me: string,
): WorldData {
  const then = new Map(moment.rooms.map((room) => [room.id, room]));
  const placed = rooms
    .filter((room) => then.has(room.id) || (!room.member && room.created_at <= moment.at))
    .map((room) => ({
      id: room.id,
      label: titleOf(room),
      kind: room.kind,
      access: room.access,
      archived: room.archived,
      member: room.member,
      unread: 0,
      members: then.get(room.id)?.members ?? [],
    }));
  const home = homes(placed);
  const here = new Set(moment.here);
  const busy = new Set(moment.tasks.flatMap((task) => (!ended(task.state) && task.fence && task.worker) || []));
  const state = (id: string) => (!here.has(id) ? 'offline' : busy.has(id) ? 'busy' : 'idle');
  const bodies = moment.people
    .filter((one) => here.has(one.id) || home.has(one.id))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(
      ({ id, handle, kind, trust }): WorldBody => ({
        id,
        handle,
        kind,
        trust,
        state: state(id),
        room: home.get(id) ?? null,
        me: id === me,
      }),
    );
  return { rooms: placed, bodies };
}

/** What stood as a form: what was open, and what had ended a short time before. */
function shownThen(moment: Moment): TaskThen[] {
  const since = Date.parse(moment.at) - ENDED_MS;
  const open = moment.tasks.filter((task) => !ended(task.state));
  const recent = moment.tasks
    .filter((task) => ended(task.state) && Date.parse(task.ended_at ?? '') > since)
    .sort((a, b) => (b.ended_at ?? '').localeCompare(a.ended_at ?? ''))
    .slice(0, ENDED_MAX)
    .sort((a, b) => a.seq - b.seq);
  return [...open, ...recent];
}

/** Tasks and questions at a moment. */
export function workThen(moment: Moment, parts: (task: TaskThen) => number): WorldWork {
  const people = new Map<string, Person>(moment.people.map((one) => [one.id, one]));
  const next = new Map<string, string[]>();
  for (const task of moment.tasks)
    if (!ended(task.state)) for (const need of task.needs ?? []) next.set(need, [...(next.get(need) ?? []), task.id]);
  return {
    tasks: shownThen(moment).flatMap((task): WorldTask[] => {
      const form = FORM[task.state];
      if (!form) return [];
      const waits = form === 'queued' || form === 'waits' || form === 'paused';
      return [
        {
          id: task.id,
          name: plain(nameOf(task), NAME_MAX),
          form,
          room: task.room,
          author: task.creator ?? null,
          worker: waits ? null : (task.worker ?? null),
          to: task.assigned ?? null,
          next: next.get(task.id) ?? [],
          about: task.about ?? null,
          parts: parts(task),
          afar: (task.worker && fromTrust(people.get(task.worker)?.trust)) || null,
        },
      ];
    }),
    asks: moment.approvals.map((one) => ({
      id: one.id,
      from: one.from.id,
      room: one.room,
      task: one.task ?? null,
      text: plain(`${one.from.handle}: ${questionOf(one)}`, 56),
      mine: false,
    })),
    held: [],
    loaded: true,
  };
}

const PRINTED: PieceKind = 'progress';

/** What an attempt had printed by a place. */
export function printedThen(pieces: readonly TaskPiece[], fence: number, place: number): TaskPiece[] {
  return pieces.filter((piece) => piece.fence === fence && piece.kind === PRINTED && piece.seq <= place);
}
