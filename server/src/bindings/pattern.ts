// SPDX-License-Identifier: MIT
// Patterns of bindings, searched with a bound on the work: a binding may come from anybody, and with a pattern of theirs
// the engine of JavaScript may run for years.

const MAX_PATTERN = 2000;
const MAX_TEXT = 300;
const MAX_STEPS = 50_000;
const MAX_KNOWN = 4000;

interface Search {
  readonly text: string;
  steps: number;
}

type Next = (at: number) => boolean;
type Matcher = (search: Search, at: number, next: Next) => boolean;

class Exhausted extends Error {}

/** `undefined`: the pattern is not one that is understood, or the search took too long. */
export function searches(pattern: string, text: string): boolean | undefined {
  let answers = answered.get(pattern);
  if (!answers) {
    if (answered.size > MAX_KNOWN) answered.clear();
    answers = new Map();
    answered.set(pattern, answers);
  }
  let answer = answers.get(text);
  if (answer === undefined && !answers.has(text)) {
    if (answers.size > MAX_KNOWN) answers.clear();
    answer = search(pattern, text);
    answers.set(text, answer);
  }
  return answer;
}

/** The same names are held against the same patterns all the time. */
const answered = new Map<string, Map<string, boolean | undefined>>();

function search(pattern: string, text: string): boolean | undefined {
  const compiled = compiledOf(pattern);
  if (compiled === undefined || text.length > MAX_TEXT) return undefined;
  if (compiled instanceof RegExp) return compiled.test(text);
  const state: Search = { text, steps: 0 };
  try {
    for (let at = 0; at <= text.length; at++) if (compiled(state, at, () => true)) return true;
    return false;
  } catch {
    return undefined;
  }
}

const known = new Map<string, RegExp | Matcher | undefined>();

function compiledOf(pattern: string): RegExp | Matcher | undefined {
  if (known.has(pattern)) return known.get(pattern);
  if (known.size > MAX_KNOWN) known.clear();
  const compiled = pattern.length > MAX_PATTERN ? undefined : compile(pattern);
  known.set(pattern, compiled);
  return compiled;
}

/** Groups that are not repeated and at most two repetitions without an end: no text takes long. */
function isHarmless(pattern: string): boolean {
  const plain = pattern.replace(/\\./g, 'x').replace(/\[[^\]]*\]/g, 'x');
  const unbounded = plain.match(/[*+]|\{\d+,\}/g)?.length ?? 0;
  return unbounded <= 2 && !/\)[*+{]/.test(plain) && !/\(\?(?!:)/.test(plain) && !/\{\d{3,}|,\d{3,}\}/.test(plain);
}

function compile(pattern: string): RegExp | Matcher | undefined {
  try {
    if (isHarmless(pattern)) return new RegExp(pattern);
    return new Reader(pattern).whole();
  } catch {
    return undefined;
  }
}

const sequence = (parts: readonly Matcher[]): Matcher => {
  const [first, ...rest] = parts;
  if (!first) return (_search, at, next) => next(at);
  if (rest.length === 0) return first;
  const tail = sequence(rest);
  return (search, at, next) => first(search, at, (end) => tail(search, end, next));
};

const either =
  (choices: readonly Matcher[]): Matcher =>
  (search, at, next) =>
    choices.some((choice) => choice(search, at, next));

const one =
  (accepts: (character: string) => boolean): Matcher =>
  (search, at, next) => {
    if (++search.steps > MAX_STEPS) throw new Exhausted();
    return at < search.text.length && accepts(search.text[at] ?? '') && next(at + 1);
  };

function repeated(part: Matcher, min: number, max: number, lazy: boolean): Matcher {
  return (search, start, next) => {
    const from = (at: number, count: number): boolean => {
      if (++search.steps > MAX_STEPS) throw new Exhausted();
      const more = () => count < max && part(search, at, (end) => (end > at || count < min) && from(end, count + 1));
      if (count < min) return more();
      return lazy ? next(at) || more() : more() || next(at);
    };
    return from(start, 0);
  };
}

function look(part: Matcher, behind: boolean, wanted: boolean): Matcher {
  return (search, at, next) => {
    let found = false;
    if (!behind) found = part(search, at, () => true);
    else for (let start = at; start >= 0 && !found; start--) found = part(search, start, (end) => end === at);
    return found === wanted && next(at);
  };
}

const CLASSES: Readonly<Record<string, (character: string) => boolean>> = {
  d: (c) => c >= '0' && c <= '9',
  w: (c) => /\w/.test(c),
  s: (c) => /\s/.test(c),
};

/** The usual syntax that Python and JavaScript share; what is beyond it throws. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Matcher {
    const matcher = this.#choices();
    if (this.#at < this.#text.length) throw new Error('unbalanced');
    return matcher;
  }

  #choices(): Matcher {
    const choices = [this.#sequence()];
    while (this.#take('|')) choices.push(this.#sequence());
    return choices.length === 1 && choices[0] ? choices[0] : either(choices);
  }

  #sequence(): Matcher {
    const parts: Matcher[] = [];
    while (this.#at < this.#text.length && !'|)'.includes(this.#text[this.#at] ?? '')) parts.push(this.#repeated());
    return sequence(parts);
  }

  #repeated(): Matcher {
    const part = this.#atom();
    const count = /^(?:[*+?]|\{(\d+)(,(\d*))?\})(\??)/.exec(this.#text.slice(this.#at, this.#at + 20));
    if (!count) return part;
    this.#at += count[0].length;
    const lazy = count[4] === '?';
    const sign = count[0][0];
    if (sign === '*') return repeated(part, 0, Number.POSITIVE_INFINITY, lazy);
    if (sign === '+') return repeated(part, 1, Number.POSITIVE_INFINITY, lazy);
    if (sign === '?') return repeated(part, 0, 1, lazy);
    const min = Number(count[1]);
    const max = count[2] === undefined ? min : count[3] === '' ? Number.POSITIVE_INFINITY : Number(count[3]);
    return repeated(part, min, max, lazy);
  }

  #atom(): Matcher {
    const character = this.#text[this.#at++] ?? '';
    switch (character) {
      case '^':
        return (_search, at, next) => at === 0 && next(at);
      case '$':
        return (search, at, next) => at === search.text.length && next(at);
      case '.':
        return one((c) => c !== '\n');
      case '(':
        return this.#group();
      case '[':
        return one(this.#set());
      case '\\':
        return one(this.#escape());
      case '*':
      case '+':
      case '?':
        throw new Error('nothing to repeat');
      default:
        return one((c) => c === character);
    }
  }

  #group(): Matcher {
    const sign = /^\?(?::|=|!|<=|<!)/.exec(this.#text.slice(this.#at, this.#at + 3))?.[0];
    if (!sign && this.#text[this.#at] === '?') throw new Error('unknown group');
    this.#at += sign?.length ?? 0;
    const part = this.#choices();
    if (!this.#take(')')) throw new Error('open group');
    if (!sign || sign === '?:') return part;
    return look(part, sign.includes('<'), sign.endsWith('='));
  }

  #escape(): (character: string) => boolean {
    const character = this.#text[this.#at++];
    if (character === undefined) throw new Error('ends in a backslash');
    const known = CLASSES[character.toLowerCase()];
    if (known) return character === character.toLowerCase() ? known : (c) => !known(c);
    if (/[a-zA-Z0-9]/.test(character)) throw new Error('unknown escape');
    return (c) => c === character;
  }

  #set(): (character: string) => boolean {
    const negated = this.#take('^');
    const parts: ((character: string) => boolean)[] = [];
    for (let first = true; first || this.#text[this.#at] !== ']'; first = false) {
      const start = this.#text[this.#at++];
      if (start === undefined) throw new Error('open set');
      if (start === '\\') {
        parts.push(this.#escape());
        continue;
      }
      const end = this.#text[this.#at] === '-' ? this.#text[this.#at + 1] : undefined;
      if (end === undefined || end === ']' || end === '\\') parts.push((c) => c === start);
      else {
        this.#at += 2;
        parts.push((c) => c >= start && c <= end);
      }
    }
    this.#at++;
    return (c) => parts.some((part) => part(c)) !== negated;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }
}
