// SPDX-License-Identifier: MIT
// A text area with marks under its text: the marks are drawn behind it, on the same text in no colour.

export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Mark {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
}

/** Texts above this have no marks in them: the list of problems does. */
const MAX_MARKED = 200_000;
const TAB = 8;

export class Editor {
  readonly area: HTMLTextAreaElement;
  readonly #behind: HTMLElement;
  #marks: readonly Mark[] = [];

  constructor(area: HTMLTextAreaElement, behind: HTMLElement) {
    this.area = area;
    this.#behind = behind;
    area.addEventListener('scroll', () => this.#scroll());
    area.addEventListener('keydown', (event) => this.#tab(event));
  }

  get text(): string {
    return this.area.value;
  }

  set text(text: string) {
    this.area.value = text;
    this.mark([]);
    this.area.scrollTop = 0;
  }

  mark(marks: readonly Mark[]): void {
    this.#marks = marks;
    this.#draw();
  }

  offsetAt({ line, character }: Position): number {
    let at = 0;
    for (let left = line; left > 0; left--) {
      const next = this.text.indexOf('\n', at);
      if (next < 0) return this.text.length;
      at = next + 1;
    }
    return Math.min(at + character, this.text.length);
  }

  positionAt(offset: number): Position {
    const before = this.text.slice(0, offset);
    const start = before.lastIndexOf('\n') + 1;
    return { line: before.split('\n').length - 1, character: offset - start };
  }

  /** Where the mouse is, as long as it is over the text; the font has one width. */
  positionUnder({ clientX, clientY }: MouseEvent): Position | undefined {
    const box = this.area.getBoundingClientRect();
    const style = getComputedStyle(this.area);
    const height = Number.parseFloat(style.lineHeight);
    const line = Math.floor((clientY - box.top - Number.parseFloat(style.paddingTop) + this.area.scrollTop) / height);
    const text = this.text.split('\n')[line];
    if (text === undefined) return undefined;
    const across = clientX - box.left - Number.parseFloat(style.paddingLeft) + this.area.scrollLeft;
    let column = Math.floor(across / this.#width(style));
    for (let character = 0; character < text.length; character++) {
      column -= text[character] === '\t' ? TAB : 1;
      if (column < 0) return { line, character };
    }
    return undefined;
  }

  select(start: number, end: number): void {
    this.area.focus();
    this.area.setSelectionRange(start, end);
    const height = Number.parseFloat(getComputedStyle(this.area).lineHeight);
    this.area.scrollTop = Math.max(0, (this.positionAt(start).line - 4) * height);
  }

  /** As typed: undo takes it back. */
  replace(start: number, end: number, text: string): void {
    this.area.setRangeText(text, start, end, 'end');
  }

  #width(style: CSSStyleDeclaration): number {
    const context = document.createElement('canvas').getContext('2d');
    if (!context) return 8;
    context.font = `${style.fontSize} ${style.fontFamily}`;
    return context.measureText('0'.repeat(100)).width / 100;
  }

  #draw(): void {
    const { text } = this;
    const parts: Node[] = [];
    let at = 0;
    if (text.length <= MAX_MARKED) {
      for (const { start, end, kind } of [...this.#marks].sort((a, b) => a.start - b.start)) {
        if (start < at || end > text.length) continue;
        const mark = document.createElement('mark');
        mark.className = kind;
        mark.textContent = text.slice(start, Math.max(end, start + 1));
        parts.push(document.createTextNode(text.slice(at, start)), mark);
        at = Math.max(end, start + 1);
      }
    }
    parts.push(document.createTextNode(`${text.slice(at)}\n`));
    this.#behind.replaceChildren(...parts);
    this.#scroll();
  }

  #scroll(): void {
    this.#behind.scrollTop = this.area.scrollTop;
    this.#behind.scrollLeft = this.area.scrollLeft;
  }

  /** Tab writes one; after Escape it leaves the field, as keyboards without a mouse need. */
  #tab(event: KeyboardEvent): void {
    if (event.key === 'Escape') this.area.dataset.leave = '1';
    else if (event.key === 'Tab' && !event.shiftKey && this.area.dataset.leave === undefined) {
      event.preventDefault();
      document.execCommand('insertText', false, '\t');
    } else if (event.key !== 'Tab') delete this.area.dataset.leave;
  }
}
