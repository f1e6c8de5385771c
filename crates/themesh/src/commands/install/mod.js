// Wakes this session when the mesh has something for its agent while it is idle, and says what its model has read. The messages
// themselves come by the hooks.
const MESH = $COMMAND
const NOT_FOR_STRANGERS = $NOT_FOR_STRANGERS
const AWAY_MS = 30000
const CALL_MS = 20000
const AGAIN_MS = 6000 // Longer than wakes are apart; the node counts how often a message wakes.

let isBusy = false // A turn runs; its hooks hand over what comes.
let isAsking = false
let hasRung = false
let hasTurned = false // No turn has run in this program yet: nobody reads what was placed before it started.
let alarm = 0 // The newest one; older ones ring for nothing.

// What a message is found by. Only the node can make one for a message, so that others find nothing by writing it.
const TAG = /\[mesh:(m\d+\.[0-9a-f]{10})\]/g
const LAST = 40 // Messages of the conversation that are looked through before each request.
const told = new Set()

const pause = ms => new Promise(done => setTimeout(done, ms))

async function tell($, event, about) {
  const stdin = JSON.stringify({ session_id: await $.session.id(), ...about })
  return $.process.run([...MESH, 'hook', 'claude-code', event], { stdin, timeoutMs: CALL_MS })
}

// The tags in the request that is about to be sent, which nobody was told of yet.
async function standing($) {
  try {
    const rows = JSON.stringify(await $.session.messages({ as: 'api', last: LAST }))
    return [...new Set([...rows.matchAll(TAG)].map(found => found[1]))].filter(tag => !told.has(tag))
  } catch {
    return []
  }
}

async function say($, tags, turn) {
  try {
    const done = await tell($, 'Read', { tags, turn })
    if (done.exitCode === 0) for (const tag of tags) told.add(tag)
  } catch {
    // It is said with the next request.
  }
}

// Each wake is noted by the node before it is in this session, and none is made that it did not note.
async function wake($) {
  hasRung = true
  if (isBusy || isAsking) return
  isAsking = true
  try {
    while (hasRung && !isBusy) {
      hasRung = false
      const asked = await tell($, 'Wake', { not_for_strangers: NOT_FOR_STRANGERS, restarted: !hasTurned })
      if (asked.exitCode !== 0) return
      const { words, again_ms } = JSON.parse(asked.stdout)
      const nth = ++alarm
      if (again_ms) setTimeout(() => void (nth === alarm && wake($)), again_ms)
      if (!words) continue
      const entered = await $.prompt.submit({ text: words })
      // Its person has stopped the session, which rests until somebody types something; or has cleared it meanwhile.
      if (!entered.drop) continue
      await tell($, 'Unwoken', {})
      setTimeout(() => void (nth === alarm && wake($)), AGAIN_MS)
    }
  } catch {
    // The session goes on; what waits comes with its next turn.
  } finally {
    isAsking = false
  }
}

async function watch($) {
  for (;;) {
    try {
      for await (const piece of $.process.spawn({ argv: [...MESH, 'hook', 'claude-code', 'Watch'] }))
        if (piece.stream === 'stdout') void wake($)
    } catch {
      // It is started again.
    }
    await pause(AWAY_MS)
  }
}

export const register = on => {
  on('session.start', async ($, e, next) => {
    // A headless run ends with its turn, and one that waits for others would not.
    if (e.isInteractive) void watch($)
    return next(e)
  })
  on('turn.start', async ($, e, next) => {
    if (e.agentId === undefined) isBusy = hasTurned = true
    return next(e)
  })
  on('turn.step', async function* ($, e, next) {
    const tags = e.agentId === undefined ? await standing($) : []
    const answer = yield* next(e)
    // A request that failed or was cut off has no reason for its end: nothing proves that a model read it.
    if (tags.length > 0 && answer && answer.stopReason) void say($, tags, e.turnId)
    return answer
  })
  on('turn.complete', async ($, e, next) => {
    if (e.agentId === undefined) {
      isBusy = false
      void wake($)
    }
    return next(e)
  })
  on('session.end', async ($, e, next) => {
    // What was on its way into the conversation is gone with it.
    if (e.reason === 'clear') setTimeout(() => void wake($), AGAIN_MS)
    return next(e)
  })
}
