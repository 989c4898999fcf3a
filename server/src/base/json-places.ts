// SPDX-License-Identifier: MIT
// Where the members of a JSON text stand. The text is known to be JSON: `JSON.parse` has read it.

export interface JsonPlace {
  /** Of the name, with its quotes; absent for elements of lists. */
  readonly key?: readonly [start: number, end: number];
  readonly value: readonly [start: number, end: number];
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs;

/** By path: `["boards",0,"file"]` as JSON. Of members with one name, the last, as `JSON.parse` has it. */
export function jsonPlaces(text: string): ReadonlyMap<string, JsonPlace> {
  const places = new Map<string, JsonPlace>();
  /** What is open: its path, the next element or name, and where it starts. */
  const open: { path: (string | number)[]; next: string | number; key?: readonly [number, number]; start: number }[] =
    [];
  let waiting: { readonly text: string; readonly place: readonly [number, number] } | undefined;
  const ended = (start: number, end: number): void => {
    const around = open.at(-1);
    const path = around ? [...around.path, around.next] : [];
    places.set(JSON.stringify(path), { ...(around?.key && { key: around.key }), value: [start, end] });
  };
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const end = index + token.length;
    const around = open.at(-1);
    if (token === ':' && waiting && around) {
      around.next = JSON.parse(waiting.text) as string;
      around.key = waiting.place;
      waiting = undefined;
      continue;
    }
    if (waiting) {
      ended(...waiting.place);
      waiting = undefined;
    }
    if (token === '{' || token === '[') {
      const path = around ? [...around.path, around.next] : [];
      open.push({ path, next: token === '[' ? 0 : '', start: index });
    } else if (token === '}' || token === ']') {
      const closed = open.pop();
      if (closed) ended(closed.start, end);
    } else if (token === ',') {
      if (around && typeof around.next === 'number') around.next++;
    } else if (token.startsWith('"')) waiting = { text: token, place: [index, end] };
    else ended(index, end);
  }
  return places;
}
