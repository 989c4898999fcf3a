// SPDX-License-Identifier: MIT
// What a person did who wrote a text that dtc's grammar refuses: told from the text around the place, with a repair.
//
// The readings know the token that does not fit. Which comma, quote or bracket is too much or too few is seen in the
// source itself; what a macro brought in has another text at its place, and keeps the plain message.
import { nearest } from '#base/likeness.ts';
import type { Problem } from '#base/problem.ts';
import type { TextEdit } from '#base/text.ts';

interface Mistake {
  /** Without its end: what dtc does stays as it was said. */
  readonly message?: string;
  /** Offsets, where it is another place. */
  readonly at?: readonly [start: number, end: number];
  readonly title: string;
  /** Nothing else can have been meant. */
  readonly sure: boolean;
  readonly edits: readonly (readonly [start: number, end: number, text: string])[];
}

type Recognise = (text: string, start: number, end: number) => Mistake | undefined;

const DIRECTIVES = ['#include', '#define', '#undef', '#ifdef', '#ifndef', '#if', '#elif', '#else', '#endif'];

/** By the beginning of the message; the first that recognises something. */
const KINDS: readonly (readonly [RegExp, Recognise])[] = [
  [/^';' is expected after the property/, missingComma],
  [/^';' is missing after the property/, (text, start) => missingComma(text, start + blanks(text, start))],
  [/^',.* does not belong here/, commaInCells],
  [/^',.* does not belong here/, commaAtEnd],
  [/^'.* does not belong here/, bareNumber],
  [/^(?:'.* does not belong here|A value is expected before )/, bareWord],
  [/^';' is missing after the value/, openEnd],
  [/^This ';' ends nothing/, (_, start, end) => deletion(start, end, "Delete ';'", true)],
  [/^This '}' closes nothing/, extraBrace],
  [/^'>' closes nothing/, missingAngle],
  [/^'[=;{]' is missing after #/, misspelledDirective],
];

/** The problem with what can be said and done about it. */
export function explained(problem: Problem, text: string): Problem {
  const { file, start, end } = problem.span;
  const plain = plainer(problem, text);
  for (const [pattern, recognise] of KINDS) {
    const mistake = pattern.test(problem.message) ? recognise(text, start, end) : undefined;
    if (!mistake) continue;
    const edits = mistake.edits.map(
      ([from, to, put]): TextEdit => ({ span: { file, start: from, end: to }, text: put }),
    );
    const repair = { title: mistake.title, plan: () => edits };
    const [from, to] = mistake.at ?? [start, end];
    const { fix: _, choices: __, ...rest } = problem;
    return {
      ...rest,
      message: mistake.message === undefined ? problem.message : `${mistake.message}${outcome(problem)}`,
      span: { file, start: from, end: to },
      ...(mistake.sure ? { fix: repair } : { choices: [repair] }),
    };
  }
  return plain;
}

/** `; dtc stops here.` */
function outcome({ message }: Problem): string {
  return /;[^;]*$/.exec(message)?.[0] ?? '.';
}

function plainer(problem: Problem, text: string): Problem {
  const { start } = problem.span;
  const say = (message: string): Problem => ({ ...problem, message: `${message}${outcome(problem)}` });
  if (/^'&' does not belong here/.test(problem.message)) return say("Behind '&' the name of a label is missing");
  if (!/^A node is expected before /.test(problem.message)) return problem;
  const header = /^\/(?:dts-v1|plugin|memreserve)\//.exec(text.slice(start, start + 20))?.[0];
  if (header !== undefined) return say(`${header} belongs before the first node`);
  const name = /^[A-Za-z#][\w,.+?#@-]*/.exec(text.slice(start, start + 80))?.[0];
  return name === undefined ? problem : say(`${name} is outside of every node`);
}

function deletion(start: number, end: number, title: string, sure: boolean): Mistake {
  return { title, sure, edits: [[start, end, '']] };
}

/** `<1> <2>`, `"a" "b"`. */
function missingComma(text: string, start: number): Mistake | undefined {
  if (!/^(?:[<"[]|&\w|\/(?:bits|incbin)\/)/.test(text.slice(start, start + 10))) return undefined;
  const end = text.slice(0, start).trimEnd().length;
  const before = text.slice(Math.max(0, end - 80), end);
  if (!/[>"\]]$|&\w+$|&\{[^{}]*\}$/.test(before)) return undefined;
  if (text[start] === '&' && text.slice(end, start).includes('\n')) return undefined;
  return {
    message: "',' is missing in the value",
    at: [end, end],
    title: "Insert ','",
    sure: true,
    edits: [[end, end, ',']],
  };
}

function blanks(text: string, start: number): number {
  return /^\s*/.exec(text.slice(start, start + 200))?.[0].length ?? 0;
}

/** Where the statement around an offset begins. */
function statementStart(text: string, offset: number): number {
  return Math.max(
    text.lastIndexOf(';', offset - 1),
    text.lastIndexOf('{', offset - 1),
    text.lastIndexOf('}', offset - 1),
  );
}

/** `<1, 2>`. */
function commaInCells(text: string, start: number): Mistake | undefined {
  const from = statementStart(text, start);
  const open = text.lastIndexOf('<', start);
  if (open < from || text.lastIndexOf('>', start) > open || text.lastIndexOf('"', start) > open) return undefined;
  const close = /^[^<>;"{}]*/.exec(text.slice(open + 1))?.[0].length ?? 0;
  const edits: [number, number, string][] = [];
  let depth = 0;
  for (let at = open + 1; at < open + 1 + close; at++) {
    const character = text[at];
    if (character === '(') depth++;
    else if (character === ')') depth--;
    else if (character === ',' && depth === 0) edits.push([at, at + 1, /\s/.test(text[at + 1] ?? '') ? '' : ' ']);
  }
  if (!edits.some(([at]) => at === start)) return undefined;
  const title = edits.length === 1 ? "Delete ','" : "Delete each ',' in the cells";
  const message = "Cells are separated by blanks, not by ','";
  return { message, at: [start, start + 1], title, sure: true, edits };
}

/** `"a", "b",;` */
function commaAtEnd(text: string, start: number): Mistake | undefined {
  if (!/^,\s*;/.test(text.slice(start, start + 200))) return undefined;
  return {
    ...deletion(start, start + 1, "Delete ','", true),
    message: "Nothing follows this ','",
    at: [start, start + 1],
  };
}

/** `foo = 1;` */
function bareNumber(text: string, start: number): Mistake | undefined {
  const [all, before = '', numbers = ''] =
    /^(=?\s*)((?:(?:0[xX][\da-fA-F]+|\d+)[ \t]*)+)(?=\s*[;,])/.exec(text.slice(start, start + 200)) ?? [];
  if (all === undefined || !/=\s*$/.test(text.slice(statementStart(text, start) + 1, start) + before)) return undefined;
  const from = start + before.length;
  const cells = `<${numbers.trim()}>`;
  const to = from + numbers.trimEnd().length;
  const message = "Numbers need '<' and '>' around them";
  return {
    message,
    at: [from, to],
    title: `Change ${numbers.trim()} to ${cells}`,
    sure: true,
    edits: [[from, to, cells]],
  };
}

/** `phy-mode = rgmii-id;`: its characters rule out the name of a macro. */
function bareWord(text: string, start: number): Mistake | undefined {
  const before = /[\w.,-]*$/.exec(text.slice(Math.max(0, start - 200), start))?.[0] ?? '';
  const from = start - before.length;
  const word = /^[a-z][\w.,-]*?(?=\s*(?:;|,\s*"))/.exec(text.slice(from, from + 200))?.[0];
  if (word === undefined || from + word.length <= start || !/[-,.]/.test(word)) return undefined;
  if (!/[=,]\s*$/.test(text.slice(statementStart(text, from) + 1, from))) return undefined;
  const to = from + word.length;
  const title = `Change ${word} to "${word}"`;
  return {
    message: 'A string needs double quotes',
    at: [from, to],
    title,
    sure: true,
    edits: [[from, to, `"${word}"`]],
  };
}

/** `foo = "a",` and nothing behind it. */
function openEnd(text: string, start: number): Mistake | undefined {
  if (text[start - 1] !== ',') return undefined;
  const title = "Change ',' to ';'";
  return {
    message: "Behind ',' something is missing in the value",
    title,
    sure: false,
    edits: [[start - 1, start, ';']],
  };
}

function extraBrace(text: string, start: number): Mistake {
  const brace = /^\}\s*;?/.exec(text.slice(start, start + 20))?.[0] ?? '}';
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const lineEnd = /^[ \t]*(?:\r?\n|$)/.exec(text.slice(start + brace.length));
  const whole = lineEnd !== null && text.slice(lineStart, start).trim() === '';
  const [from, to] = whole ? [lineStart, start + brace.length + lineEnd[0].length] : [start, start + brace.length];
  return deletion(from, to, `Delete '${brace.replace(/\s+/g, '')}'`, false);
}

/** `foo = 1>;` */
function missingAngle(text: string, start: number): Mistake | undefined {
  const statement = text.slice(statementStart(text, start) + 1, start);
  const value = /=(\s*)([^=<>"]*)$/.exec(statement);
  if (!value) return undefined;
  const at = start - (value[2] ?? '').length;
  return {
    message: "'<' is missing in the value",
    at: [at, at],
    title: "Insert '<'",
    sure: true,
    edits: [[at, at, '<']],
  };
}

/** `#inclde "soc.dtsi"`: cpp leaves lines with unknown directives in a text that is no C. */
function misspelledDirective(text: string, start: number): Mistake | undefined {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const [, blank = '', word] = /^([ \t]*)(#\w+)(?=[ \t"<\r\n]|$)/.exec(text.slice(from, from + 200)) ?? [];
  const [meant] = word === undefined ? [] : nearest(word, DIRECTIVES);
  if (word === undefined || meant === undefined) return undefined;
  const at = from + blank.length;
  const message = `${word} is not a directive; the nearest is ${meant}`;
  const edits: Mistake['edits'] = [[at, at + word.length, meant]];
  return { message, at: [at, at + word.length], title: `Change ${word} to ${meant}`, sure: true, edits };
}
