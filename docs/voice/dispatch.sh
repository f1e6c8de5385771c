#!/bin/sh
# Says a sentence to the mesh and speaks the answer, in Termux on Android. Needs: pkg install curl jq termux-api
# MESH_URL, MESH_TOKEN and MESH_ROOM come from the environment.
set -eu

ask() {
    jq -n --arg text "$1" --arg room "${MESH_ROOM:-}" --arg confirm "${2:-}" \
        '{text: $text} + (if $room == "" then {} else {room: $room} end)
            + (if $confirm == "" then {} else {confirm: $confirm} end)' |
        curl -sS --max-time 30 -H "Authorization: Bearer $MESH_TOKEN" -H 'Content-Type: application/json' \
            --data-binary @- "$MESH_URL/api/voice/dispatch"
}

# What is refused is a problem document, which has `detail`.
speak() { printf '%s' "$1" | jq -r '.spoken // .detail // "No answer."' | ${MESH_SPEAK:-termux-tts-speak}; }
hear() { ${MESH_HEAR:-termux-speech-to-text}; }

answer=$(ask "${1:-$(hear)}")
speak "$answer"
confirm=$(printf '%s' "$answer" | jq -r '.confirm // empty')
[ -z "$confirm" ] || speak "$(ask "$(hear)" "$confirm")"
