// SPDX-License-Identifier: MIT
// The cells of an interrupt specifier, as its controller reads them.
import { t, texts } from '#base/language.ts';
import { code, plain } from '#ide/explain/markup.ts';
import { type Asked, nameOf } from '#ide/hovers/sheet.ts';
import { interruptParent } from '#model/probe/suppliers.ts';
import { cells, compatibles, u32 } from '#tree/query.ts';
import type { Cell, DtNode, DtProperty } from '#tree/types.ts';
import { type Entry, entryName, namedCells, numberText, type Piece, pieceOf } from './entry.ts';

export function interruptEntries({ snapshot: { tree }, cellNames }: Asked, property: DtProperty): Entry[] {
  const controller = interruptParent(tree, property.node);
  const count = controller && u32(controller.properties.get('#interrupt-cells'));
  if (!controller || !count) return [];
  const all = cells(tree, property);
  const entries: Entry[] = [];
  for (let at = 0; at + count <= all.length; at += count) {
    const index = entries.length;
    const args = all.slice(at, at + count);
    const named = namedCells(cellNames?.(controller, '#interrupt-cells'), args, at);
    const { text, pieces } = named ?? interruptText(controller, args, at);
    const name = entryName(property, index);
    const called = name === undefined ? '' : ` ${code(name)}`;
    entries.push({
      index,
      headline: t('interrupt{0}: {1}', called, text),
      facts: [t('at {0}', plain(nameOf(controller)))],
      pieces,
    });
  }
  return entries;
}

interface Described {
  readonly text: string;
  readonly pieces: readonly Piece[];
}

/** Kinds of a GIC's interrupts, and the ID of the first of each (Documentation/devicetree/bindings/interrupt-controller/arm,gic-v3.yaml). */
const GIC_KINDS = [
  { name: 'SPI', first: 32 },
  { name: 'PPI', first: 16 },
  { name: 'ESPI', first: 4096 },
  { name: 'EPPI', first: 1056 },
] as const;

const GIC_NAMES = texts({
  SPI: 'shared (SPI)',
  PPI: 'per CPU (PPI)',
  ESPI: 'shared, extended (ESPI)',
  EPPI: 'per CPU, extended (EPPI)',
});

/** Triggers of include/dt-bindings/interrupt-controller/irq.h. */
const TRIGGERS: Readonly<Record<number, string>> = texts({
  0: 'no trigger stated',
  1: 'rising edge',
  2: 'falling edge',
  3: 'both edges',
  4: 'level high',
  8: 'level low',
});

/** `at` is the number of the first cell in the property. */
export function interruptText(controller: DtNode, args: readonly Cell[], at: number): Described {
  const [first, second, third] = args;
  const isGic = compatibles(controller).some((name) =>
    /^(?:arm,gic|arm,cortex-a\d+-gic|arm,arm11mp-gic|arm,eb11mp-gic)|-gic$|,gic-/.test(name),
  );
  const kind = first && GIC_KINDS[first.value];
  if (isGic && kind && second && third) {
    const id = second.value + kind.first;
    const trigger = TRIGGERS[third.value & 0xf] ?? t('trigger {0}', third.value & 0xf);
    const cpus = (third.value >>> 8) & 0xff;
    const onCpus = cpus === 0 ? '' : t(', CPU mask 0x{0}', cpus.toString(16));
    const pieces = [
      pieceOf(at, 1, GIC_NAMES[kind.name]),
      pieceOf(at + 1, 1, t('number: interrupt ID {0}', id)),
      pieceOf(at + 2, 1, `${trigger}${onCpus}`),
      ...args
        .slice(3)
        .map((cell, index) =>
          pieceOf(at + 3 + index, 1, cell.value === 0 ? t('all CPUs') : t('CPUs of the partition')),
        ),
    ];
    return { text: `${kind.name} ${second.value} (ID ${id}), ${trigger}`, pieces };
  }
  const last = args.at(-1);
  const trigger = args.length >= 2 && last ? TRIGGERS[last.value] : undefined;
  const numbers = (trigger === undefined ? args : args.slice(0, -1)).map(numberText).join(', ');
  const pieces = args.map((_, index) => {
    const isTrigger = trigger !== undefined && index === args.length - 1;
    return pieceOf(at + index, 1, isTrigger ? trigger : args.length <= 2 ? t('number') : t('cell {0}', index + 1));
  });
  return { text: `${numbers}${trigger === undefined ? '' : `, ${trigger}`}`, pieces };
}
