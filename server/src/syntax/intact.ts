// SPDX-License-Identifier: MIT
// What a syntax error left intact: the statements of a broken tree that have no error inside, and where the errors are.
import { type Entry, type Lowering, lowerStatement, MAX_DEPTH, Siblings, unchanged } from './lower.ts';

/** A statement without syntax errors; `entry.item.at` still has to be set. */
export interface Intact {
  readonly start: number;
  readonly end: number;
  readonly entry: Entry;
}

/** An ERROR or MISSING node. */
export interface Fault {
  readonly start: number;
  readonly end: number;
}

export interface Findings {
  readonly intact: readonly Intact[];
  /** Comments over several lines that have another comment's start inside. */
  readonly runaway: readonly Fault[];
  readonly faults: readonly Fault[];
}

/** Statements in the order of the text; the cursor is at the root of a tree that has errors. */
export function findIntact(low: Lowering, text: string, before: readonly Entry[]): Findings {
  // An error moves statements to other levels, so more of the previous version has to be known than one level.
  for (const entry of before) {
    low.memo.add(entry.body);
    for (const inner of entry.body) low.memo.add(inner.body);
  }
  const search = new Search(low, text);
  if (low.cursor.gotoFirstChild()) search.siblings(new Siblings(low.memo, before), 0);
  return search;
}

class Search implements Findings {
  readonly intact: Intact[] = [];
  readonly runaway: Fault[] = [];
  readonly faults: Fault[] = [];
  readonly #low: Lowering;
  readonly #text: string;

  constructor(low: Lowering, text: string) {
    this.#low = low;
    this.#text = text;
  }

  siblings(before: Siblings, depth: number): void {
    const { cursor, symbols } = this.#low;
    do {
      const kind = symbols[cursor.nodeTypeId];
      if (kind === 'comment') {
        this.#comment(cursor.startIndex, cursor.endIndex);
        continue;
      }
      const { hasError } = cursor.currentNode;
      if (kind === 'ERROR' || (hasError && cursor.nodeIsMissing)) {
        this.faults.push({ start: cursor.startIndex, end: cursor.endIndex });
      }
      const statement = kind !== undefined && kind !== 'ERROR';
      if (statement && !hasError && !(kind === 'node' && this.#strayBrace())) {
        const { startIndex: start, endIndex: end } = cursor;
        const entry =
          unchanged(this.#low, before) ?? lowerStatement(this.#low, kind, { origin: start, depth, before: [] }, before);
        if (entry) this.intact.push({ start, end, entry });
      } else if ((statement || hasError) && depth < MAX_DEPTH && cursor.gotoFirstChild()) {
        const inner = kind === 'node' || kind === 'conditional' ? before.takeBody() : undefined;
        this.siblings(inner ? new Siblings(this.#low.memo, inner) : before, depth + 1);
        cursor.gotoParent();
      }
    } while (cursor.gotoNextSibling());
  }

  #comment(start: number, end: number): void {
    if (/^\/\*.*\n[\s\S]*\/\*/.test(this.#text.slice(start, end))) this.runaway.push({ start, end });
  }

  /**
   * Whether the node under the cursor seems to be closed by a brace that is not its own, because its lines begin
   * differently. When a `}` is missing, each node around that place takes the brace of the next one further out.
   */
  #strayBrace(): boolean {
    const { startIndex, endIndex } = this.#low.cursor;
    const open = indentation(this.#text, startIndex);
    const close = indentation(this.#text, this.#text.lastIndexOf('}', endIndex));
    return open !== undefined && close !== undefined && open !== close;
  }
}

/** The blanks before an offset, back to the start of its line; `undefined` when something else stands there. */
export function indentation(text: string, offset: number): string | undefined {
  let start = offset;
  while (text[start - 1] === ' ' || text[start - 1] === '\t') start--;
  return start === 0 || text[start - 1] === '\n' ? text.slice(start, offset) : undefined;
}
