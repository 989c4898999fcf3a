// SPDX-License-Identifier: MIT
// Which devices a search and the filters leave: words, stream IDs through masks and ranges, requester IDs through maps.
import type { Card, Flag, Lane, Way } from './messages.ts';

export interface Filter {
  readonly query: string;
  /** Empty: every kind. */
  readonly ways: ReadonlySet<Way>;
  readonly flag: Flag | null;
}

type Test = (card: Card) => boolean;

/** `0x1c02`, `7170`: a stream; `01:00.0`, `rid:0x100`: a requester ID; `id:…` only as a stream; else words that all must be there. */
export function testOf({ query, ways, flag }: Filter): Test {
  const words = query
    .trim()
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const tests: Test[] = [
    ...(ways.size > 0 ? [(card: Card) => ways.has(card.way)] : []),
    ...(flag === null ? [] : [(card: Card) => hasFlag(card, flag)]),
    ...words.map(wordTest),
  ];
  const own: Test = (card) => tests.every((test) => test(card));
  // A bridge is shown with its functions.
  return (card) => own(card) || functionsOf(card).some(own);
}

function wordTest(word: string): Test {
  const [, bus, device, fn] = /^([\da-f]{1,2}):([\da-f]{1,2})\.([0-7])$/.exec(word) ?? [];
  if (bus !== undefined && device !== undefined && fn !== undefined && Number.parseInt(device, 16) < 32) {
    return requesterTest((Number.parseInt(bus, 16) << 8) | (Number.parseInt(device, 16) << 3) | Number(fn));
  }
  const [, prefix, digits] = /^(id:|sid:|rid:)?(0x[\da-f]{1,8}|\d{1,10})$/.exec(word) ?? [];
  if (digits === undefined) return ({ words }) => words.includes(word);
  const number = Number(digits);
  if (prefix === 'rid:') return requesterTest(number);
  const stream = streamTest(number);
  return prefix === undefined ? (card) => stream(card) || card.words.includes(word) : stream;
}

function streamTest(id: number): Test {
  return ({ streams }) =>
    streams.some(({ first, last, mask, through }) => {
      if (first === last) return ((id ^ first) & ~mask) === 0;
      if (id < first || id > last) return false;
      // Only requester IDs without the bits that the mask takes away reach the row.
      const requester = id - first + (through?.first ?? 0);
      return through === undefined || (requester & ~through.mask & 0xffff) === 0;
    });
}

function requesterTest(rid: number): Test {
  return ({ requesters }) =>
    requesters.some(({ first, last, mask }) => {
      const masked = (rid & mask) >>> 0;
      return masked >= first && masked <= last;
    });
}

function hasFlag({ problems, doubts, waits, was }: Card, flag: Flag): boolean {
  switch (flag) {
    case 'problems':
      return problems.some(isSerious);
    case 'notes':
      return problems.some((problem) => !isSerious(problem));
    case 'waits':
      return waits !== null;
    case 'doubts':
      return doubts.length > 0;
    case 'changed':
      return was !== null;
  }
}

export function isSerious({ severity }: Card['problems'][number]): boolean {
  return severity === 'error' || severity === 'warning';
}

export function functionsOf({ bridge }: Card): readonly Card[] {
  return bridge === null ? [] : bridge.rows.flatMap(({ functions }) => functions);
}

/** Every card of a lane, PCI functions behind their bridge. */
export function cardsOf({ bridges, frames, items, sections, pairs, refused }: Lane): readonly Card[] {
  const inItems = [...frames, ...sections].flatMap((each) => each.items).concat(items);
  const singles = inItems.flatMap((item) => ('card' in item ? [item.card] : item.series.cards));
  const top = [...bridges, ...singles, ...pairs.flatMap(({ cards }) => cards), ...(refused?.cards ?? [])];
  return top.flatMap((card) => [card, ...functionsOf(card)]);
}

/** How many devices each flag would leave. */
export function flagCounts(cards: readonly Card[]): readonly { readonly flag: Flag; readonly count: number }[] {
  const flags: readonly Flag[] = ['changed', 'problems', 'notes', 'waits', 'doubts'];
  return flags.flatMap((flag) => {
    const count = cards.filter((card) => hasFlag(card, flag)).length;
    return count === 0 ? [] : [{ flag, count }];
  });
}
