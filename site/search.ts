// SPDX-License-Identifier: MIT
// The search over the pages: every word must be there; words of the title count more.

interface Entry {
  readonly href: string;
  readonly title: string;
  readonly text: string;
}

const MAX = 30;
const input = document.getElementById('search') as HTMLInputElement;
const found = document.getElementById('found') as HTMLElement;
const root = document.body.dataset.root ?? '';
let entries: Promise<readonly Entry[]> | undefined;

function score({ title, text, href }: Entry, words: readonly string[]): number {
  let sum = 0;
  for (const word of words) {
    const own = title.toLowerCase().includes(word) || href.includes(word);
    if (!own && !text.includes(word)) return 0;
    sum += own ? 3 : 1;
  }
  return sum;
}

async function search(): Promise<void> {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  entries ??= fetch(`${root}search.json`).then((answer) => answer.json() as Promise<readonly Entry[]>);
  const all = words.length === 0 ? [] : await entries;
  const ranked = all
    .map((entry) => ({ entry, score: score(entry, words) }))
    .filter((each) => each.score > 0)
    .sort((a, b) => b.score - a.score);
  const items = ranked.slice(0, MAX).map(({ entry }) => {
    const item = document.createElement('li');
    const link = document.createElement('a');
    link.href = `${root}${entry.href}`;
    link.textContent = entry.title;
    item.append(link);
    return item;
  });
  found.replaceChildren(...items);
  found.hidden = words.length === 0;
  found.dataset.count = String(ranked.length);
}

input.addEventListener('input', () => void search());
