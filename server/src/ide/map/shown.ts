// SPDX-License-Identifier: MIT
// The lanes without what a filter leaves out: what is exported is what is seen.
import type { Card } from './cards.ts';
import type { Item, Lane, Lanes } from './lanes.ts';

/** Only the cards with these paths; frames, sections and lanes that have none are gone. */
export function shownLanes(lanes: Lanes, only: ReadonlySet<string>): Lanes {
  return { ...lanes, lanes: lanes.lanes.map((lane) => shownLane(lane, only)).filter(hasCards), idle: [], notes: [] };
}

function shownLane(lane: Lane, only: ReadonlySet<string>): Lane {
  const { bridges, frames, items, sections, pairs, refused } = lane;
  const cards = (all: readonly Card[]) => all.filter(({ path }) => only.has(path));
  const withItems = <T extends { readonly items: readonly Item[] }>(all: readonly T[]): T[] =>
    all
      .map((each) => ({ ...each, items: shownItems(each.items, cards) }))
      .filter(({ items: shown }) => shown.length > 0);
  const left = refused && cards(refused.cards);
  return {
    ...lane,
    bridges: cards(bridges),
    frames: withItems(frames),
    items: shownItems(items, cards),
    sections: withItems(sections),
    pairs: pairs.map((pair) => ({ ...pair, cards: cards(pair.cards) })).filter((pair) => pair.cards.length > 0),
    refused: refused && left && left.length > 0 ? { ...refused, cards: left } : null,
  };
}

/** A series keeps its place, with those of it that are shown. */
function shownItems(items: readonly Item[], cards: (all: readonly Card[]) => Card[]): Item[] {
  return items.flatMap((item): Item[] => {
    if ('card' in item) return cards([item.card]).map((card) => ({ card }));
    const shown = cards(item.series.cards);
    return shown.length === 0 ? [] : [{ series: { ...item.series, cards: shown } }];
  });
}

function hasCards({ bridges, frames, items, sections, pairs, refused }: Lane): boolean {
  return bridges.length + frames.length + items.length + sections.length + pairs.length > 0 || refused !== null;
}
