// SPDX-License-Identifier: MIT
// What stands before `{`, `=` or `;` of a statement: labels, then a name or a reference.

export interface HeadLabel {
  readonly name: string;
  readonly at: number;
}

export interface Head {
  readonly labels: readonly HeadLabel[];
  /** The name; `''` for `/` and for a reference. */
  readonly name: string;
  /** Text after `&`, without the braces of `&{…}`. */
  readonly ref: string | undefined;
  readonly isRoot: boolean;
  /** A leading `/omit-if-no-ref/`. */
  readonly omit: boolean;
  /** Where name or reference stands in the head. */
  readonly at: number;
  readonly length: number;
  /** Identifiers that cpp would look up; the head means something else when one of them is a macro. */
  readonly identifiers: readonly string[];
  /** False when something in it is not what dtc's grammar allows. */
  readonly regular: boolean;
}

const BLANK = /(?:[ \t\n\r\f\v]+|\/\*(?:[^*]|\*(?!\/))*\*\/|\/\/[^\n]*|#(?:line)?[ \t]+[0-9]+[ \t]+"[^"\n]*"[^\n]*)*/y;
const LABEL = /([A-Za-z_]\w*)([ \t\n\r\f\v]*):/y;
const OMIT = /\/omit-if-no-ref\//y;
const REFERENCE = /&(?:([A-Za-z_]\w*)|\{([^}]*)\})/y;
const NAME = /\\?([0-9A-Za-z,._+*#?@-]+)/y;
const IDENTIFIER = /[A-Za-z_$][\w$]*|\.?[0-9](?:[eEpP][+-]|[\w.$])*/g;

/** Reads a head; total: what it cannot read makes it irregular. */
export function parseHead(text: string): Head {
  const labels: HeadLabel[] = [];
  let at = 0;
  let regular = true;
  let omit = false;
  const match = (pattern: RegExp): RegExpExecArray | undefined => {
    BLANK.lastIndex = at;
    BLANK.exec(text);
    at = BLANK.lastIndex;
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found ?? undefined;
  };
  for (;;) {
    const label = match(LABEL);
    if (label?.[1] !== undefined) {
      labels.push({ name: label[1], at: at - label[0].length });
      if (label[2] !== '') regular = false;
    } else if (match(OMIT)) omit = true;
    else break;
  }
  let name = '';
  let ref: string | undefined;
  const reference = match(REFERENCE);
  const named = reference ? undefined : match(NAME);
  let isRoot = false;
  let length = 0;
  if (reference) {
    ref = reference[1] ?? reference[2] ?? '';
    length = reference[0].length;
  } else if (named?.[1] !== undefined) {
    name = named[1];
    length = named[0].length;
  } else if (text[at] === '/') {
    isRoot = true;
    length = 1;
    at++;
  } else {
    regular = false;
  }
  const start = at - length;
  match(/$/y);
  if (at < text.length) regular = false;
  const identifiers = (text.match(IDENTIFIER) ?? []).filter((word) => /^[A-Za-z_$]/.test(word));
  return { labels, name, ref, isRoot, omit, at: start, length, identifiers, regular };
}
