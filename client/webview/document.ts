// SPDX-License-Identifier: MIT
// A page of text that follows its board: drawn from Markdown, changed in place, with places that lead to the line.
import { type Child, element } from './dom.ts';
import { t } from './l10n.ts';
import { type Block, blocksOf, type Inline } from './markdown.ts';

/** What the extension tells the page. */
export type ToDocument = { readonly type: 'page'; readonly markdown: string; readonly state: unknown };

/** What the page asks for. */
export type FromDocument = { readonly type: 'ready' } | { readonly type: 'open'; readonly href: string };

declare function acquireVsCodeApi(): { postMessage(message: FromDocument): void; setState(state: unknown): void };

const api = acquireVsCodeApi();
const page = element('main', { class: 'doc' });
document.getElementById('app')?.append(page);

window.addEventListener('message', ({ data }: MessageEvent<ToDocument>) => {
  if (data.type !== 'page') return;
  api.setState(data.state);
  show(blocksOf(data.markdown));
});

document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('[data-href]') : null;
  const href = link?.getAttribute('data-href');
  if (!href) return;
  event.preventDefault();
  api.postMessage({ type: 'open', href });
});

api.postMessage({ type: 'ready' });

/** Blocks that are the same stay: scroll, selection and focus with them. */
function show(blocks: readonly Block[]): void {
  const texts = blocks.map((block) => JSON.stringify(block));
  const old = [...page.children] as HTMLElement[];
  let head = 0;
  while (head < texts.length && old[head]?.dataset.block === texts[head]) head++;
  let tail = 0;
  while (tail < Math.min(texts.length, old.length) - head && old.at(-1 - tail)?.dataset.block === texts.at(-1 - tail)) {
    tail++;
  }
  const { scrollTop } = page;
  const before = old[old.length - tail] ?? null;
  for (const gone of old.slice(head, old.length - tail)) gone.remove();
  for (const [index, block] of blocks.slice(head, blocks.length - tail).entries()) {
    const made = blockElement(block);
    made.dataset.block = texts[head + index] ?? '';
    page.insertBefore(made, before);
  }
  page.scrollTop = scrollTop;
}

function blockElement(block: Block): HTMLElement {
  switch (block.kind) {
    case 'heading':
      return element(block.level === 1 ? 'h1' : block.level === 2 ? 'h2' : 'h3', {}, inline(block.of));
    case 'paragraph':
      return element('p', {}, inline(block.of));
    case 'list': {
      const items = block.items.map((item) => element('li', {}, inline(item)));
      return block.ordered ? element('ol', {}, items) : element('ul', {}, items);
    }
    case 'table': {
      const [first = [], ...rest] = block.rows;
      const head = element(
        'tr',
        {},
        first.map((cell) => element('th', { scope: 'col' }, inline(cell))),
      );
      const rows = rest.map((row) =>
        element(
          'tr',
          {},
          row.map((cell) => element('td', {}, inline(cell))),
        ),
      );
      const table = element('table', {}, element('thead', {}, head), element('tbody', {}, rows));
      return element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': t('Table') }, table);
    }
    case 'code':
      return element('pre', { tabindex: '0' }, element('code', {}, block.text));
    case 'rule':
      return element('hr', {});
  }
}

function inline(parts: readonly Inline[]): Child[] {
  return parts.map(inlineElement);
}

function inlineElement(part: Inline): Child {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'code':
      return element('code', {}, part.text);
    case 'bold':
      return element('strong', {}, inline(part.of));
    case 'italic':
      return element('em', {}, inline(part.of));
    case 'link':
      return element('a', { href: '#', 'data-href': part.href }, inline(part.of));
    case 'break':
      return element('br', {});
  }
}
