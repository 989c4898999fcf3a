// SPDX-License-Identifier: MIT
// What is being typed in the value of a property: in which cell of which entry, in which string, in which call.

/** A cell that was typed before: a reference, or an expression as it stands. */
export interface TypedCell {
  /** Text behind `&`. */
  readonly ref?: string;
  readonly text: string;
}

export interface MacroCall {
  readonly name: string;
  /** Which argument holds the cursor. */
  readonly argument: number;
}

export interface ValueCursor {
  readonly place:
    | 'cell'
    /** Behind `&` in a list of cells. */
    | 'reference'
    /** Behind `&{` in a list of cells. */
    | 'path'
    | 'string'
    /** Behind `&` outside of `<>`: the string of a path. */
    | 'path-string'
    /** Between two pieces of the value. */
    | 'between'
    /** In `[]`, in `/incbin/ ()`. */
    | 'other';
  readonly word: string;
  /** Cells before the cursor, over all `<>` of the value. */
  readonly cells: readonly TypedCell[];
  /** Strings before the one that holds the cursor. */
  readonly strings: number;
  /** What stands in the string before the word. */
  readonly stringText: string;
  /** The cell is written in parentheses. */
  readonly expression: boolean;
  /** The macro whose arguments hold the cursor. */
  readonly call?: MacroCall;
}

interface Reading {
  cells: TypedCell[];
  strings: number;
  /** Where the open `<` or `[` stands; -1 outside. */
  open: '<' | '[' | '';
}

const PIECE = /\s+|"(?:\\[\s\S]|[^"\\\n])*"?|&\{[^}\n]*\}?|&\w*|[<[\]>,]|[A-Za-z_]\w*\s*\(|\(|[^\s"&<[\]>,()]+|[\s\S]/g;

/** `text` is what stands between `=` and the cursor. */
export function readValue(text: string): ValueCursor {
  const reading: Reading = { cells: [], strings: 0, open: '' };
  PIECE.lastIndex = 0;
  for (let match = PIECE.exec(text); match; match = PIECE.exec(text)) {
    const piece = match[0];
    const end = match.index + piece.length;
    const last = end === text.length;
    if (piece.startsWith('"')) {
      if (last && !(piece.length > 1 && piece.endsWith('"'))) {
        return cursor(reading, 'string', piece.slice(1), { stringText: piece.slice(1) });
      }
      reading.strings++;
    } else if (piece.endsWith('(')) {
      const group = closing(text, end);
      if (group === undefined) {
        const isFile = reading.open === '' && /\/incbin\/\s*$/.test(text.slice(0, match.index));
        if (isFile) return cursor(reading, 'other', '');
        return inParentheses(reading, text.slice(match.index));
      }
      if (reading.open === '<') reading.cells.push({ text: text.slice(match.index, group) });
      PIECE.lastIndex = group;
    } else if (reading.open === '') {
      if (last && piece.startsWith('&')) {
        if (piece.startsWith('&{')) return cursor(reading, piece.endsWith('}') ? 'between' : 'path', piece.slice(2));
        return cursor(reading, 'path-string', piece.slice(1));
      }
      if (piece === '<' || piece === '[') reading.open = piece;
      else if (last && /^[A-Za-z_]\w*$/.test(piece)) return cursor(reading, 'between', piece);
    } else if (piece === '>' || piece === ']') reading.open = '';
    else if (reading.open === '<' && piece.trim() !== '' && piece !== ',') {
      if (last && piece.startsWith('&{') && !piece.endsWith('}')) return cursor(reading, 'path', piece.slice(2));
      if (last && piece.startsWith('&') && !piece.endsWith('}')) return cursor(reading, 'reference', piece.slice(1));
      if (last) return cursor(reading, 'cell', piece);
      reading.cells.push(piece.startsWith('&') ? { ref: refOf(piece), text: piece } : { text: piece });
    }
  }
  if (reading.open === '') return cursor(reading, 'between', '');
  return cursor(reading, reading.open === '<' ? 'cell' : 'other', '');
}

function refOf(piece: string): string {
  return piece.startsWith('&{') ? piece.slice(2, -1) : piece.slice(1);
}

function cursor(
  { cells, strings }: Reading,
  place: ValueCursor['place'],
  word: string,
  rest: Partial<ValueCursor> = {},
): ValueCursor {
  return { place, word, cells, strings, stringText: '', expression: false, ...rest };
}

/** The offset behind the `)` that belongs to a `(` before `from`. */
function closing(text: string, from: number): number | undefined {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '(') depth++;
    else if (text[at] === ')' && --depth === 0) return at + 1;
  }
  return undefined;
}

/** From an open parenthesis, with the macro's name before it if there is one, to the cursor. */
function inParentheses(reading: Reading, text: string): ValueCursor {
  const open: { readonly name: string; argument: number }[] = [];
  for (const { 0: piece } of text.matchAll(/([A-Za-z_]\w*)?\s*\(|\)|,/g)) {
    const top = open.at(-1);
    if (piece === ')') open.pop();
    else if (piece === ',') {
      if (top) top.argument++;
    } else open.push({ name: /^\w+/.exec(piece)?.[0] ?? '', argument: 0 });
  }
  const calls = open.filter(({ name }) => name !== '');
  const call = calls.at(-1);
  const word = /[A-Za-z_]\w*$/.exec(text)?.[0] ?? '';
  const place = reading.open === '[' ? 'other' : 'cell';
  return cursor(reading, place, word, { expression: true, ...(call && { call }) });
}
