// SPDX-License-Identifier: MIT
// The lanes as a picture of their own: devices left, the gate of each lane in the middle, memory on the right.
import { t } from '#base/language.ts';
import type { BridgeRow, Card } from './cards.ts';
import type { Gate, GateKind } from './gates.ts';
import type { Frame, Item, Lane, Lanes, Pair, Section, Series } from './lanes.ts';
import { type Area, Sheet, textWidth } from './sheet.ts';
import type { Way } from './ways.ts';

/** Pixels. */
const MARGIN = 16;
const LEFT = 864;
const GATE = 232;
const RAIL = 30;
const GAP = 34;
const PADDING = 10;
const SPACE = 8;
const CARD = { width: 205, height: 42 };
const ROW = 18;
const HEAD = 22;

/** The colour of a lane's gate. */
const GATE_LOOKS: Readonly<Record<GateKind, Way>> = {
  translates: 'translated',
  passes: 'identity',
  grants: 'grant',
  xen: 'domain',
  refuses: 'refused',
  idle: 'refused',
  off: 'refused',
  none: 'direct',
};

export interface SvgOptions {
  /** The board's name. */
  readonly board: string;
  /** `Linux 6.12 on arm64 (assumed: …)`. */
  readonly platform: string;
}

/** Something with a size that can be put somewhere. */
interface Block {
  readonly width: number;
  readonly height: number;
  draw(sheet: Sheet, x: number, y: number): void;
}

export function lanesSvg(lanes: Lanes, { board, platform }: SvgOptions): string {
  const sheet = new Sheet();
  const width = 2 * MARGIN + LEFT + GAP + GATE + GAP + RAIL;
  const title = lanes.headline.map(({ text }) => text).join('');
  sheet.text(`${board}: ${title}`, { x: MARGIN, y: MARGIN + 14, width: width - 2 * MARGIN }, 'head');
  sheet.text(platform.replaceAll('`', ''), { x: MARGIN, y: MARGIN + 32, width: width - 2 * MARGIN }, 'small');
  const top = MARGIN + 46;
  let y = top;
  const railX = MARGIN + LEFT + GAP + GATE + GAP;
  for (const lane of lanes.lanes) y = drawLane(sheet, lane, { y, railX }) + SPACE;
  if (lanes.lanes.length > 0) {
    const rail: Area = { x: railX, y: top, width: RAIL, height: Math.max(60, y - SPACE - top) };
    sheet.rect(rail, 'rail', 5);
    sheet.upright(lanes.memory, rail);
  }
  const idle = lanes.idle.map(({ name, kind }) => (kind === 'off' ? t('{0} (disabled)', name) : name)).join(', ');
  const notes = [...(idle === '' ? [] : [t('Without a master: {0}.', idle)]), ...lanes.notes];
  for (const note of notes) {
    y += ROW;
    sheet.text(note, { x: MARGIN, y, width: width - 2 * MARGIN }, 'small');
  }
  return sheet.whole({ width, height: y + MARGIN }, t('DMA map of {0}', board));
}

/** Draws the lane with its way to memory; gives where it ends. */
function drawLane(sheet: Sheet, lane: Lane, { y, railX }: { readonly y: number; readonly railX: number }): number {
  const body = stacked(bodyOf(lane, LEFT - 2 * PADDING));
  const gate = gateBlock(lane.gate, GATE);
  const height = Math.max(body.height + 2 * PADDING, gate.height);
  const gateX = MARGIN + LEFT + GAP;
  const look = GATE_LOOKS[lane.gate.kind];
  const way = y + 21;
  if (lane.gate.kind !== 'refuses' && lane.gate.kind !== 'off') {
    sheet.path(`M${MARGIN + LEFT} ${way}H${gateX}M${gateX + GATE} ${way}H${railX - 2}l-6 -4m6 4l-6 4`, look);
  }
  sheet.rect({ x: MARGIN, y, width: LEFT, height }, 'lane', 6);
  body.draw(sheet, MARGIN + PADDING, y + PADDING);
  gate.draw(sheet, gateX, y);
  return y + height;
}

function bodyOf(lane: Lane, width: number): Block[] {
  const features = [...lane.bridges.map(bridgeBlock), ...lane.frames.map((frame) => frameBlock(frame, width))];
  const blocks = [
    ...flow(features, width),
    ...flow(lane.items.map(itemBlock), width),
    ...flow(
      lane.sections.map((section) => sectionBlock(section, width)),
      width,
    ),
    ...flow(
      lane.pairs.map((pair) => pairBlock(pair)),
      width,
    ),
    ...(lane.refused ? [titled(lane.refused.title, stacked(flow(lane.refused.cards.map(cardBlock), width)))] : []),
  ];
  return blocks;
}

/** Side by side as far as the width goes, in as many rows as it takes. */
function flow(blocks: readonly Block[], width: number): Block[] {
  const rows: Block[][] = [];
  let used = 0;
  for (const block of blocks) {
    const row = rows.at(-1);
    if (row && used + SPACE + block.width <= width) {
      row.push(block);
      used += SPACE + block.width;
    } else {
      rows.push([block]);
      used = block.width;
    }
  }
  return rows.map((row) => ({
    width,
    height: Math.max(...row.map((block) => block.height)),
    draw(sheet, x, y) {
      let at = x;
      for (const block of row) {
        block.draw(sheet, at, y);
        at += block.width + SPACE;
      }
    },
  }));
}

function stacked(blocks: readonly Block[]): Block {
  const height = blocks.reduce((sum, block) => sum + block.height + SPACE, 0);
  return {
    width: Math.max(0, ...blocks.map(({ width }) => width)),
    height: Math.max(0, height - SPACE),
    draw(sheet, x, y) {
      let at = y;
      for (const block of blocks) {
        block.draw(sheet, x, at);
        at += block.height + SPACE;
      }
    },
  };
}

function titled(title: string, block: Block): Block {
  return {
    width: block.width,
    height: block.height + HEAD,
    draw(sheet, x, y) {
      sheet.text(title, { x, y: y + 13, width: block.width }, 'small');
      block.draw(sheet, x, y + HEAD);
    },
  };
}

/** As wide as its cards, so that small sections stand side by side. */
function sectionBlock({ title, items }: Section, width: number): Block {
  const inner = columnsOf(items.length, width) * (CARD.width + SPACE) - SPACE;
  return { ...titled(title, stacked(flow(items.map(itemBlock), inner))), width: inner };
}

function columnsOf(count: number, width: number): number {
  return Math.min(count, Math.floor((width + SPACE) / (CARD.width + SPACE)));
}

function itemBlock(item: Item): Block {
  return 'card' in item ? cardBlock(item.card) : seriesBlock(item.series);
}

function cardBlock(card: Card): Block {
  return {
    ...CARD,
    draw(sheet, x, y) {
      sheet.group(`${card.path}: ${card.sentence}`, () => {
        cardFrame(sheet, card.way, { x, y, ...CARD });
        sheet.text(marked(card), { x: x + 12, y: y + 17, width: CARD.width - 16 }, 'name');
        const after = chips(sheet, card, { x: x + 12, y: y + 33, width: CARD.width - 16 });
        const facts = [...(card.node === null ? [] : [card.node]), ...card.facts].join(' · ');
        const room = x + CARD.width - 4 - after;
        if (room > 24) sheet.text(facts, { x: after, y: y + 33, width: room }, 'small');
      });
    },
  };
}

/** A colour is not all that tells a problem: `!`, `?` and the word stand behind the name. */
function marked({ name, problems, doubts, waits }: Card): string {
  const serious = problems.some(({ severity }) => severity === 'error' || severity === 'warning');
  return [name, ...(serious ? ['⚠'] : []), ...(doubts.length > 0 ? ['?'] : []), ...(waits ? [t('(waits)')] : [])].join(
    ' ',
  );
}

function cardFrame(sheet: Sheet, way: Way, area: Area): void {
  sheet.rect(area, way === 'refused' ? 'card dashed' : 'card');
  sheet.rect({ ...area, width: 4 }, `bar ${way}`, 1);
}

/** IDs as chips, two at most; gives where the next text begins. */
function chips(
  sheet: Sheet,
  card: Card,
  at: { readonly x: number; readonly y: number; readonly width: number },
): number {
  const shown = card.chips.slice(0, 2).map(({ text }) => text);
  const more = card.chips.length - shown.length;
  const texts = more > 0 ? [...shown, `+${more}`] : shown;
  let { x } = at;
  for (const text of texts) x += chip(sheet, text, { x, y: at.y, dashed: card.refused }) + 4;
  return x + (texts.length > 0 ? 2 : 0);
}

function chip(
  sheet: Sheet,
  text: string,
  { x, y, dashed }: { readonly x: number; readonly y: number; readonly dashed?: boolean },
): number {
  const width = textWidth(text, 'chip') + 8;
  sheet.rect({ x, y: y - 11, width, height: 15 }, dashed ? 'card dashed' : 'pill', 3);
  sheet.text(text, { x: x + 4, y, width }, 'chip');
  return width;
}

function seriesBlock({ name, of, ids, way, cards }: Series): Block {
  return {
    ...CARD,
    draw(sheet, x, y) {
      sheet.group(cards.map(({ sentence }) => sentence).join('\n'), () => {
        sheet.rect({ x: x + 3, y: y + 3, ...CARD }, 'card');
        cardFrame(sheet, way, { x, y, ...CARD });
        sheet.text(`${name} ×${cards.length}`, { x: x + 12, y: y + 17, width: CARD.width - 16 }, 'name');
        const after = ids === null ? x + 12 : x + 18 + chip(sheet, ids, { x: x + 12, y: y + 33 });
        sheet.text(of, { x: after, y: y + 33, width: x + CARD.width - 4 - after }, 'small');
      });
    },
  };
}

function frameBlock({ title, note, items }: Frame, width: number): Block {
  const inner = columnsOf(items.length, width - 2 * PADDING) * (CARD.width + SPACE) - SPACE;
  const body = stacked(flow(items.map(itemBlock), inner));
  return {
    width: inner + 2 * PADDING,
    height: body.height + HEAD + PADDING,
    draw(sheet, x, y) {
      sheet.rect({ x, y, width: inner + 2 * PADDING, height: body.height + HEAD + PADDING }, 'frame', 6);
      sheet.text(`${title}: ${note}`, { x: x + PADDING, y: y + 15, width: inner }, 'small');
      body.draw(sheet, x + PADDING, y + HEAD);
    },
  };
}

function bridgeBlock(card: Card): Block {
  const { bridge } = card;
  const rows = bridge?.rows ?? [];
  const width = 2 * CARD.width + SPACE;
  const height = CARD.height + rows.length * ROW + (bridge?.msi ? ROW : 0) + 4;
  return {
    width,
    height,
    draw(sheet, x, y) {
      sheet.group(`${card.path}: ${card.sentence}`, () => {
        cardFrame(sheet, card.way, { x, y, width, height });
        sheet.text(marked(card), { x: x + 12, y: y + 17, width: width - 16 }, 'name');
        const facts = [bridge?.noun ?? '', ...(card.node === null ? [] : [card.node]), ...card.facts];
        sheet.text(facts.join(' · '), { x: x + 12, y: y + 33, width: width - 16 }, 'small');
        let at = y + CARD.height + 10;
        for (const row of rows) {
          bridgeRow(sheet, row, { x: x + 12, y: at, width: width - 16 });
          at += ROW;
        }
        if (bridge?.msi) sheet.text(`MSI → ${bridge.msi}`, { x: x + 12, y: at, width: width - 16 }, 'small');
      });
    },
  };
}

function bridgeRow(
  sheet: Sheet,
  { from, to, functions }: BridgeRow,
  place: { readonly x: number; readonly y: number; readonly width: number },
): void {
  const end = place.x + place.width;
  sheet.text(`${from} →`, place, 'chip');
  let x = place.x + textWidth(`${from} → `, 'chip');
  if (to === null) {
    const memory = t('memory');
    sheet.text(memory, { ...place, x }, 'small');
    x += textWidth(`${memory} `, 'small');
  } else x += chip(sheet, to, { x, y: place.y }) + 6;
  if (end - x > 24) sheet.text(functions.map(marked).join(', '), { x, y: place.y, width: end - x }, 'small');
}

function pairBlock({ gate, cards }: Pair): Block {
  const body = stacked(cards.map(cardBlock));
  const width = 2 * CARD.width + SPACE;
  return {
    width,
    height: Math.max(body.height, CARD.height),
    draw(sheet, x, y) {
      const look = GATE_LOOKS[gate.kind];
      if (gate.kind === 'translates') sheet.path(`M${x + CARD.width} ${y + 21}h${SPACE}`, look);
      body.draw(sheet, x, y);
      const at = x + CARD.width + SPACE;
      sheet.group(gate.sentence, () => {
        sheet.rect({ x: at, y, ...CARD }, gate.kind === 'translates' ? 'card' : 'card dashed');
        sheet.rect({ x: at, y, width: 4, height: CARD.height }, `bar ${look}`, 1);
        sheet.text(gate.name, { x: at + 12, y: y + 17, width: CARD.width - 16 }, 'name');
        sheet.text(gate.driver, { x: at + 12, y: y + 33, width: CARD.width - 16 }, 'small');
      });
    },
  };
}

function gateBlock(gate: Gate, width: number): Block {
  const needs = gate.needs.length === 0 ? [] : [t('needs {0}', gate.needs.join(', '))];
  const texts = [
    ...(gate.node === null ? [] : [{ text: gate.node }]),
    ...gate.lines,
    ...needs.map((text) => ({ text })),
  ];
  const height = CARD.height + texts.length * ROW + 2;
  return {
    width,
    height,
    draw(sheet, x, y) {
      const look = GATE_LOOKS[gate.kind];
      const dashed = gate.kind === 'refuses' || gate.kind === 'off' || gate.kind === 'none';
      sheet.group(gate.sentence, () => {
        sheet.rect({ x, y, width, height }, dashed ? 'card dashed' : 'card', 6);
        sheet.rect({ x, y, width: 4, height }, `bar ${look}`, 2);
        sheet.text(gate.name, { x: x + 14, y: y + 18, width: width - 20 }, 'name');
        sheet.text(gate.driver, { x: x + 14, y: y + 34, width: width - 20 }, 'small');
        let at = y + 34;
        for (const line of texts) {
          at += ROW;
          gateLine(sheet, line, { x: x + 14, y: at, width: width - 20, look });
        }
      });
    },
  };
}

function gateLine(
  sheet: Sheet,
  { text, used }: { readonly text: string; readonly used?: number },
  { x, y, width, look }: { readonly x: number; readonly y: number; readonly width: number; readonly look: string },
): void {
  if (used === undefined) {
    sheet.text(text, { x, y, width }, 'small');
    return;
  }
  sheet.rect({ x, y: y - 7, width: 44, height: 5 }, 'meter', 2);
  if (used > 0) sheet.rect({ x, y: y - 7, width: Math.max(2, 44 * used), height: 5 }, `used ${look}`, 2);
  sheet.text(text, { x: x + 52, y, width: width - 52 }, 'small');
}
