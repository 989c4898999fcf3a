// SPDX-License-Identifier: MIT
// Whether the statements of a file can be found before cpp has read it. Nearly every file is plain; one that is not (a
// string over several lines, a backslash that joins two halves of a word, `__LINE__`, a rare directive) is read by
// cpp/unit.ts, which does all that cpp does. Where this errs, it errs towards that.

/** Macros whose value depends on the place, and what only cpp/unit.ts knows. */
const SPECIAL =
  /\b(?:__(?:FILE|FILE_NAME|BASE_FILE|LINE|INCLUDE_LEVEL|COUNTER|DATE|TIME|TIMESTAMP|VA_OPT)__|_Pragma|__has_include)/;
/** White space that no one types, or that is none for dtc; and a carriage return that ends no line. */
const CONTROL = /[\0\f\v\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]|\r(?!\n)/;

const KNOWN = /^(?:define|undef|include|if|ifdef|ifndef|elif|else|endif|error|warning)$/;
const UNKNOWN = /^(?:include_next|import|line|pragma|ident|sccs|assert|unassert|elifdef|elifndef)$/;
const DIRECTIVE_LINE = /^[ \t]*#[ \t]*(?!pragma[ \t]+once\b)(\w*)(.?)/gm;
const DIRECTIVE_ELSEWHERE =
  /(?:[^\s*/]|\*\/)[ \t]*#[ \t]*(?:define|undef|include|ifn?def|if|elif|else|endif|error|warning|pragma)\b(?![-,.+*#?@])/;
/** tree-sitter takes the `#` of a line behind it for the name of a node. */
const DIRECTIVE_IN_HEAD = /\/omit-if-no-ref\/(?:\s|\/\*(?:[^*]|\*(?!\/))*\*\/|\/\/[^\n]*(?=\n))*(?<=\n[ \t]*)#/;
const SPLICE = /\\([ \t]*)(?:\r?\n|$)/g;

/** True when tree-sitter's and cpp's views of the text agree. */
export function isPlain(text: string): boolean {
  if (CONTROL.test(text) || SPECIAL.test(text)) return false;
  if (text.includes('#') && !hasPlainDirectives(text)) return false;
  if (text.includes('\\') && !hasPlainSplices(text)) return false;
  // dtc's lexer reads on behind `'\\\\'`, to the next quote.
  if (text.includes("\\\\'")) return false;
  if (text.includes('/omit-if-no-ref/') && DIRECTIVE_IN_HEAD.test(text)) return false;
  // A path in a reference, for tree-sitter and dtc; a comment, for cpp.
  if (text.includes('&{') && /&\{[^}\s]*\/[/*]/.test(text)) return false;
  return hasClosedLiterals(text);
}

function hasPlainDirectives(text: string): boolean {
  const open: boolean[] = [];
  let checked = 0;
  for (const { 1: name = '', 2: after = '', index } of text.matchAll(DIRECTIVE_LINE)) {
    if (UNKNOWN.test(name)) return false;
    if (KNOWN.test(name) && /[-,.+*#?@]/.test(after)) return false;
    // `#` alone on its line.
    if (name === '' && !/[\w@,.?*+-]/.test(after)) return false;
    if (KNOWN.test(name) && !fits(open, name)) return false;
    if (name === 'error' || name === 'warning') {
      if (!isBetweenStatements(text, index, checked)) return false;
      checked = index;
    }
  }
  return open.length === 0 && !DIRECTIVE_ELSEWHERE.test(text);
}

/**
 * Whether the text above a line ends a statement or opens a node; other directives there, and comments, say nothing.
 * `checked`: where a line begins of which that is known.
 */
function isBetweenStatements(text: string, lineStart: number, checked: number): boolean {
  for (let end = lineStart - 1; end > checked; ) {
    const start = text.lastIndexOf('\n', end - 1) + 1;
    const line = text
      .slice(start, end)
      .replace(/^(?:(?!\/\*).)*\*\/|\/\*.*?\*\/|\/[/*].*/g, '')
      .trim();
    if (line !== '' && !/^[#*]/.test(line)) return /[;{}\\]$/.test(line);
    end = start - 1;
  }
  return true;
}

/** Whether a branch or an end has its `#if`; cpp minds that also in what it skips. `open`: which have their `#else`. */
function fits(open: boolean[], name: string): boolean {
  const last = open.length - 1;
  if (name.startsWith('if')) open.push(false);
  else if (name === 'endif') return open.pop() !== undefined;
  else if (name.startsWith('el')) {
    if (open[last] !== false) return false;
    open[last] = name === 'else';
  }
  return true;
}

/** Lines are joined only inside a directive and between two tokens. */
function hasPlainSplices(text: string): boolean {
  for (const { 0: whole, 1: blanks, index } of text.matchAll(SPLICE)) {
    if (blanks !== '' || index + whole.length === text.length) return false;
    const start = text.lastIndexOf('\n', index) + 1;
    const line = text.slice(start, index);
    if (line.includes('//') || (line.includes('"') && hasOpenQuote(line))) return false;
    const before = text[index - 1] ?? '\n';
    const after = text[index + whole.length] ?? '\n';
    if (!/[\s,;{}()]/.test(before) && !/\s/.test(after)) return false;
    if (!isDirective(text, start)) return false;
  }
  return true;
}

function hasOpenQuote(line: string): boolean {
  return (line.replace(/\\./g, '').split('"').length - 1) % 2 === 1;
}

/** Whether a line, or the first of those that it is joined to, begins with `#`. */
function isDirective(text: string, lineStart: number): boolean {
  let start = lineStart;
  while (start > 0) {
    const before = text[start - 2] === '\r' ? start - 3 : start - 2;
    if (text[before] !== '\\') break;
    start = text.lastIndexOf('\n', before) + 1;
  }
  let at = start;
  while (text[at] === ' ' || text[at] === '\t') at++;
  return text[at] === '#';
}

/** Comments are closed, and strings and characters on their line. */
function hasClosedLiterals(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 47) {
      const next = text.charCodeAt(at + 1);
      const end = next === 42 ? text.indexOf('*/', at + 2) : next === 47 ? text.indexOf('\n', at) : at;
      if (end < 0) return next === 47;
      if (end > at) at = next === 42 ? end + 1 : end;
    } else if (code === 34 || code === 39) {
      at = closingQuote(text, at, code);
      if (at < 0) return false;
    }
  }
  return true;
}

function closingQuote(text: string, open: number, quote: number): number {
  for (let at = open + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) return at;
    if (code === 10) return -1;
    if (code === 92 && text.charCodeAt(++at) === 10) return -1;
  }
  return -1;
}
