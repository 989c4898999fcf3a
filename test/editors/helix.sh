#!/bin/sh
# Opens board.dts in Helix as a user would, in a terminal of tmux, and writes what the screen shows into files of out/.
# Nothing happens after a fixed time: each step waits until the screen shows it, or gives up after half a minute.
mkdir -p out
tmux -f /dev/null new-session -d -x 200 -y 60 'hx board.dts 2>out/error'
# Keys that come at once after an Escape would be taken for one key with Alt.
keys() {
  for key in "$@"; do tmux send-keys "$key" && sleep 0.1; done
}
# await NAME PATTERN: until the screen shows the pattern; what it shows then is kept.
await() {
  tries=0
  while tmux capture-pane -p >"out/$1" && ! grep -q "$2" "out/$1" && [ $tries -lt 300 ]; do sleep 0.1; tries=$((tries + 1)); done
}
await start '/dts-v1/'
keys /ethernet@ Enter
# An answer before the server has read the board would be empty.
await ready '●'
keys Space k
await hover 'stream'
keys Escape j o
keys dma-co
await completion 'dma-coherent'
keys Escape Escape u /okey Enter
# The message of the line under the cursor stands at the top right.
await diagnostics '(status-unknown)'
keys Space a
await actions 'to "okay"'
keys Enter
await line 'status = "okay"'
keys :w Enter
await saved 'written'
keys :q! Enter
tries=0
while tmux has-session 2>/dev/null && [ $tries -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
tmux kill-server 2>/dev/null
exit 0
