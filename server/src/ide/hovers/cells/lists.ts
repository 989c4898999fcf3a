// SPDX-License-Identifier: MIT
// Lists of a phandle and its cells: clocks, resets, power domains, PHYs, DMA channels, GPIOs, IOMMUs, …
import { t, texts } from '#base/language.ts';
import { hex } from '#base/numbers.ts';
import { own } from '#base/own.ts';
import { code, plain, prose } from '#ide/explain/markup.ts';
import { deviceFacts } from '#ide/hovers/device.ts';
import { idsText, streamCount, streamsOf } from '#ide/hovers/ids.ts';
import { type Asked, functionOf, nameOf, shortName } from '#ide/hovers/sheet.ts';
import { claimsOf } from '#model/claims.ts';
import { iommuState } from '#model/iommu/state.ts';
import { decode } from '#model/iommu/xlate.ts';
import { machineOf } from '#model/platform/machine.ts';
import { supplierBinding } from '#model/probe/suppliers.ts';
import { compatibles, u32 } from '#tree/query.ts';
import { type Specifier, specifiers } from '#tree/specifiers.ts';
import type { DtNode, DtProperty } from '#tree/types.ts';
import { claimText } from '#wording/statements/claims.ts';
import { idName } from '#wording/statements/terms.ts';
import { type Entry, entryName, namedCells, numberText, type Piece, pieceOf, writtenText } from './entry.ts';
import { interruptText } from './interrupts.ts';

interface ListKind {
  readonly cells: string;
  /** Where the provider has no such property. */
  readonly fallback?: number;
}

const OTHERS: Readonly<Record<string, string>> = {
  'assigned-clocks': '#clock-cells',
  'assigned-clock-parents': '#clock-cells',
  'interrupts-extended': '#interrupt-cells',
  'thermal-sensors': '#thermal-sensor-cells',
  'sound-dai': '#sound-dai-cells',
};

/** How a list divides; `undefined` for what is no list with cells. */
export function listKind(name: string, version: readonly [number, number]): ListKind | undefined {
  if (name === 'msi-parent') return { cells: '#msi-cells', fallback: 0 };
  const other = own(OTHERS, name);
  if (other !== undefined) return { cells: other };
  const binding = supplierBinding(name, version);
  return binding?.form === 'list' && binding.cells !== undefined ? { cells: binding.cells } : undefined;
}

/** What one entry is called. */
const NOUNS: Readonly<Record<string, string>> = texts({
  '#clock-cells': 'clock',
  '#reset-cells': 'reset',
  '#power-domain-cells': 'power domain',
  '#phy-cells': 'PHY',
  '#dma-cells': 'DMA request',
  '#gpio-cells': 'GPIO',
  '#interrupt-cells': 'interrupt',
  '#mbox-cells': 'mailbox channel',
  '#pwm-cells': 'PWM',
  '#interconnect-cells': 'interconnect',
  '#io-channel-cells': 'channel',
  '#hwlock-cells': 'lock',
  '#msi-cells': 'MSI',
  '#thermal-sensor-cells': 'sensor',
  '#sound-dai-cells': 'audio interface',
});

export function listEntries(asked: Asked, property: DtProperty, { cells, fallback }: ListKind): Entry[] {
  const { entries } = specifiers(asked.snapshot.tree, property, cells, fallback);
  let at = 0;
  return entries.map((entry) => {
    const first = at;
    at += 1 + entry.args.length;
    return property.name === 'iommus'
      ? iommuEntry(asked, property, entry, first)
      : plainEntry(asked, property, { entry, first, cells });
  });
}

/** The reference, with what the provider asks for. */
function phandlePiece(first: number, provider: DtNode, cells: string): Piece {
  const count = u32(provider.properties.get(cells));
  const asks = count === undefined ? '' : `, ${code(`${cells} = <${count}>`)}`;
  return pieceOf(first, 1, `${plain(nameOf(provider))}${asks}`, { isPhandle: true });
}

interface Placed {
  readonly entry: Specifier;
  /** The number of its first cell in the property. */
  readonly first: number;
  readonly cells: string;
}

function plainEntry(
  { snapshot, cellNames, usualNames }: Asked,
  property: DtProperty,
  { entry, first, cells }: Placed,
): Entry {
  const { provider, args, index } = entry;
  const noun = NOUNS[cells] ?? t('entry');
  const name = entryName(property, index);
  const named = name === undefined ? '' : ` ${code(name)}`;
  const [compatible] = compatibles(provider);
  const facts = [compatible === undefined ? '' : code(compatible)];
  const names = cellNames?.(provider, cells);
  const hasFlags = cells === '#gpio-cells' && names?.at(-1) === 'flags';
  const byName = hasFlags ? undefined : namedCells(names, args, first + 1);
  const usual = usualNames?.(provider, cells, args.length) ?? [];
  const described = byName ?? describedArgs({ cells, provider, usual }, args, first + 1);
  const pieces = [phandlePiece(first, provider, cells), ...described.pieces];
  const written = args.map((_, at) => writtenText(snapshot, property, { offset: (first + 1 + at) * 4, length: 4 }));
  const macro = written.length > 0 && /^[A-Za-z_]\w*$/.test(written[0] ?? '') ? `: ${code(written[0] ?? '')}` : '';
  const id = described.text === '' ? '' : ` ${described.text}`;
  const flags = macro !== '' && 'flags' in described && described.flags !== undefined ? `, ${described.flags}` : '';
  const headline = t(
    '{0}{1}{2} of {3}{4}{5}',
    noun,
    named,
    macro === '' ? id : '',
    plain(nameOf(provider)),
    macro,
    flags,
  );
  return { index, headline, facts, pieces };
}

/** Bits of the last cell of a GPIO specifier (include/dt-bindings/gpio/gpio.h). */
const GPIO_FLAGS = texts({
  2: 'single-ended',
  4: 'open drain',
  8: 'may lose its value in sleep',
  16: 'pull-up',
  32: 'pull-down',
  64: 'pull disabled',
});

function gpioFlags(value: number): string {
  const flags = Object.entries(GPIO_FLAGS).flatMap(([bit, name]) => (value & Number(bit) ? [name] : []));
  return [value & 1 ? t('active low') : t('active high'), ...flags].join(', ');
}

function describedArgs(
  { cells, provider, usual }: { readonly cells: string; readonly provider: DtNode; readonly usual: readonly string[] },
  args: Specifier['args'],
  at: number,
): { readonly text: string; readonly pieces: readonly Piece[]; readonly flags?: string } {
  if (cells === '#interrupt-cells') return interruptText(provider, args, at);
  if (cells === '#gpio-cells' && args.length >= 2) {
    const flags = gpioFlags(args.at(-1)?.value ?? 0);
    const names =
      args.length === 2
        ? [t('line')]
        : [t('bank'), t('line'), ...args.slice(3).map((_, index) => t('cell {0}', index + 3))];
    const numbers = args.slice(0, -1).map(numberText).join(', ');
    const pieces = args.map((_, index) =>
      pieceOf(at + index, 1, index === args.length - 1 ? flags : (names[index] ?? t('line'))),
    );
    return { text: `${numbers}, ${flags},`, pieces, flags };
  }
  const noun = NOUNS[cells] ?? t('entry');
  const pieces = args.map((_, index) =>
    pieceOf(at + index, 1, args.length === 1 ? t('{0} number', noun) : (usual[index] ?? t('cell {0}', index + 1))),
  );
  return { text: args.map(numberText).join(', '), pieces };
}

function iommuEntry(asked: Asked, property: DtProperty, { provider, args, index }: Specifier, first: number): Entry {
  const { snapshot } = asked;
  const { tree, platform } = snapshot;
  const { node } = property;
  const state = iommuState(machineOf(tree, platform), provider);
  const values = args.map(({ value }) => value);
  const ids = decode(state, values);
  const use = { path: state.path, driver: state.match?.driver.name ?? null, args: values, ids };
  const who = `${plain(nameOf(node))} → ${plain(nameOf(provider))}`;
  const text = idsText(tree, [use]);
  const meanings = state.match?.traits.cells ?? [];
  const pieces = args.map((arg, at): Piece => {
    const kind = meanings[at]?.kind;
    if (kind === undefined) return pieceOf(first + 1 + at, 1, t('cell {0}', at + 1));
    if (kind !== 'mask') return pieceOf(first + 1 + at, 1, idName(kind));
    return pieceOf(first + 1 + at, 1, t('mask'), maskNotes(ids[0]?.id ?? 0, arg.value));
  });
  const claim = claimsOf(tree, platform, node, snapshot.report(node)).find(
    (each) => each.property === 'iommus' && each.index === index,
  );
  const error = claim?.code ? ` (${claim.code})` : '';
  const refusal = claim
    ? [t('not used: {0} — {1}{2}', prose(claimText(claim.why), shortName(tree)), functionOf(claim.by).join(''), error)]
    : [];
  return {
    index,
    headline: text === '' ? who : `${who}, ${text}`,
    facts: claim ? [] : deviceFacts(asked, node),
    pieces: [phandlePiece(first, provider, '#iommu-cells'), ...pieces],
    more: refusal,
  };
}

function maskNotes(id: number, mask: number): Partial<Piece> {
  const count = streamCount(mask);
  const streams = streamsOf(id, mask)?.map((stream) => code(hex(stream)));
  const listed = streams
    ? `, ${streams.slice(0, -1).join(', ')}${streams.length > 1 ? t(' and ') : ''}${streams.at(-1)}`
    : '';
  const headline =
    mask === 0
      ? t('Mask {0}: the stream alone', code('0x0'))
      : t('Mask {0}: {1} streams{2}', code(hex(mask)), count, listed);
  return { headline, note: t('bits set in the mask do not count when the IOMMU compares') };
}
