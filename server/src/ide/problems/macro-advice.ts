// SPDX-License-Identifier: MIT
// A name that is no macro: the header that defines it, or the names that are like it and fit the place.
import { nearest } from '#base/likeness.ts';
import type { Problem, Related, Repair } from '#base/problem.ts';
import type { Span, TextEdit } from '#base/text.ts';
import type { View } from '#ide/analysis.ts';
import type { HeaderIndex } from '#ide/knowledge/headers.ts';
import { includeLine } from './include-line.ts';

/** Names with the same beginning that are compared: all of the largest clock controllers. */
const MAX_ALIKE = 5000;
/** Headers of one name that are worth reading. */
const MAX_HEADERS = 3;
/** Characters of headers that are read for one key: two milliseconds' worth. */
const TURN = 100_000;
/** Other places of a header that is missing. */
const MAX_PLACES = 20;

/** One header that is missing is one mistake, however many of its names a file uses. */
export class MacroAdvice {
  readonly #view: View;
  /** By file and header, the problems that one `#include` would solve; the first of them speaks for all. */
  readonly #groups = new Map<string, Problem[]>();
  readonly #headersOf = new Map<string, readonly string[]>();

  /** `patient`: nobody waits for a key, so all headers are read at once. */
  constructor(view: View, problems: readonly Problem[], patient: boolean) {
    this.#view = view;
    headersOf(view).step(patient ? Number.POSITIVE_INFINITY : TURN);
    for (const problem of problems) this.#note(problem);
  }

  #note(problem: Problem): void {
    const header = this.#headers(problem)[0];
    if (header === undefined) return;
    const key = `${problem.span.file}\0${header}`;
    const group = this.#groups.get(key) ?? [];
    group.push(problem);
    this.#groups.set(key, group);
  }

  /** None where another problem speaks for this one. */
  advise(problem: Problem): Problem[] {
    const headers = this.#headers(problem);
    const [header] = headers;
    if (header === undefined) return [this.#named(problem)];
    const group = this.#groups.get(`${problem.span.file}\0${header}`) ?? [problem];
    if (group[0] !== problem) return [];
    const others = group.slice(1);
    const names = new Set(others.map(nameOf));
    names.delete(nameOf(problem));
    const more = names.size === 0 ? '' : ` and ${names.size} more ${names.size === 1 ? 'name' : 'names'} of this file`;
    const related = others.slice(0, MAX_PLACES).map((other): Related => {
      return { message: `${nameOf(other)} is not defined, too`, span: other.span };
    });
    return [
      {
        ...problem,
        message: `${problem.message} <${header}> defines it${more}.`,
        ...(related.length > 0 && { related: [...(problem.related ?? []), ...related] }),
        choices: [
          ...headers.slice(0, MAX_HEADERS).map((each) => this.#addInclude(problem.span.file, each)),
          ...this.#replacements(problem, this.#alike(problem)),
        ],
      },
    ];
  }

  /** The headers that define it, nearest to those that the board includes first. */
  #headers(problem: Problem): readonly string[] {
    const name = nameOf(problem);
    const known = this.#headersOf.get(name) ?? this.#ranked(name);
    this.#headersOf.set(name, known);
    return known;
  }

  #ranked(name: string): readonly string[] {
    const found = headersOf(this.#view).defining(name);
    const includes = found.map(({ include }) => include).sort();
    if (includes.length < 2) return includes;
    const stems = this.#view.snapshot.tree.files.map(stem);
    const closeness = (header: string) => stems.filter((each) => each !== '' && stem(header) === each).length;
    const sorted = [...includes].sort((a, b) => closeness(b) - closeness(a));
    // Several vendors have a `CLK_UART0`: nothing says which is meant.
    return closeness(sorted[0] ?? '') > closeness(sorted[1] ?? '') || includes.length <= MAX_HEADERS ? sorted : [];
  }

  #named(problem: Problem): Problem {
    const name = nameOf(problem);
    if (this.#view.snapshot.tree.labels.has(name)) {
      const { span } = problem;
      const edits: TextEdit[] = [{ span: { ...span, end: span.start }, text: '&' }];
      const choices = this.#isWritten(problem) ? [{ title: `Insert '&'`, plan: () => edits }] : [];
      return { ...problem, message: `${problem.message} It is a label: '&' is missing.`, choices };
    }
    const alike = this.#alike(problem);
    const first = alike[0];
    if (first !== undefined) {
      const message = `${problem.message} The nearest name is ${first}.`;
      return { ...problem, message, choices: this.#replacements(problem, alike) };
    }
    const quoted = this.#quoted(problem);
    if (quoted) return quoted;
    const { macros } = this.#view.snapshot.tree;
    const elsewhere = headersOf(this.#view).startingWith(name.slice(0, 3), MAX_ALIKE);
    const others = elsewhere.filter((each) => macros.history(each.name).length === 0);
    const names = nearest(name, new Set(others.map((each) => each.name)));
    const choices = names.flatMap((each) => this.#fromHeader(problem, each));
    const [best] = choices;
    return best ? { ...problem, message: `${problem.message} ${best.says}`, choices } : problem;
  }

  /** `status = okay;`: macros have capitals, words of a string have none. */
  #quoted(problem: Problem): Problem | undefined {
    const { file, start, end } = problem.span;
    const text = this.#view.snapshot.text(file);
    const word = /^[a-z][\w.,-]*?(?=\s*(?:[;}]|,\s*"))/.exec(text.slice(start, start + 200))?.[0];
    if (word === undefined || word.length < end - start || /[A-Z]/.test(word)) return undefined;
    if (!/[=,]\s*$/.test(text.slice(Math.max(0, start - 200), start)) || this.#placeOf(problem.span).inCells)
      return undefined;
    const span = { file, start, end: start + word.length };
    const repair = { title: `Change ${word} to "${word}"`, plan: () => [{ span, text: `"${word}"` }] };
    return { ...problem, message: `${problem.message} A string needs double quotes.`, span, choices: [repair] };
  }

  /** Macros of the board that could stand there. */
  #alike(problem: Problem): string[] {
    const { macros } = this.#view.snapshot.tree;
    const place = this.#placeOf(problem.span);
    const fits = (name: string): boolean => {
      const macro = macros.history(name).at(-1)?.macro;
      if (!macro || macro.builtIn || macro.body.length === 0) return false;
      if ((macro.parameters !== undefined) !== place.called) return false;
      const isString = macro.body[0]?.text.startsWith('"') ?? false;
      return place.inCells ? !isString : true;
    };
    return nearest(nameOf(problem), macros.names(), 12).filter(fits).slice(0, 3);
  }

  /** Whether it stands in `<…>`, and whether arguments follow. */
  #placeOf({ file, start, end }: Span): { readonly inCells: boolean; readonly called: boolean } {
    const text = this.#view.snapshot.text(file);
    const before = /[<>=;][^<>=;]*$/.exec(text.slice(Math.max(0, start - 1000), start))?.[0] ?? '';
    return { inCells: before.startsWith('<'), called: /^\s*\(/.test(text.slice(end, end + 50)) };
  }

  #replacements(problem: Problem, names: readonly string[]): Repair[] {
    if (!this.#isWritten(problem)) return [];
    return names.map((name) => {
      return { title: `Change ${nameOf(problem)} to ${name}`, plan: () => [{ span: problem.span, text: name }] };
    });
  }

  #fromHeader(problem: Problem, name: string): (Repair & { readonly says: string })[] {
    const [header, ...others] = headersOf(this.#view)
      .defining(name)
      .map(({ include }) => include);
    if (header === undefined || others.length > 0 || !this.#isWritten(problem)) return [];
    const { file } = problem.span;
    const plan = () => [{ span: problem.span, text: name }, this.#includeEdit(file, header)];
    const title = `Change ${nameOf(problem)} to ${name} and add #include <${header}>`;
    return [{ title, plan, says: `The nearest name is ${name} of <${header}>.` }];
  }

  /** False where a macro brought it in. */
  #isWritten(problem: Problem): boolean {
    const { file, start, end } = problem.span;
    return this.#view.snapshot.text(file).slice(start, end) === nameOf(problem);
  }

  #addInclude(file: string, header: string): Repair {
    return { title: `Add #include <${header}>`, plan: () => [this.#includeEdit(file, header)] };
  }

  #includeEdit(file: string, header: string): TextEdit {
    return includeLine(file, this.#view.snapshot.text(file), header);
  }
}

function nameOf({ lacks }: Problem): string {
  return lacks?.name ?? '';
}

/** `qcom` of `dt-bindings/clock/qcom,gcc-sm8550.h`: the vendor, or the chip's first word. */
function stem(path: string): string {
  return /^[a-z0-9]+/.exec(path.slice(path.lastIndexOf('/') + 1))?.[0] ?? '';
}

/** All that the board could include, as far as they are read. */
function headersOf(view: View): HeaderIndex {
  return view.knowledge.headers(view.includePaths());
}
