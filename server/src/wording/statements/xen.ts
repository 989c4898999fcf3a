// SPDX-License-Identifier: MIT
// Words for what Xen makes of a host: who owns what, which IOMMU protects it, through which table, within which limits.
import { hex } from '#base/numbers.ts';
import type {
  NoXenDriver,
  XenCondition,
  XenFailure,
  XenIommuWish,
  XenLack,
  XenStatement,
  XenTable,
  XenTableState,
} from '#model/statements/xen.ts';
import { idName, quoted, quotedList } from './terms.ts';
import { type Words, wordsOf } from './words.ts';

const WITHOUT: Record<Exclude<XenTableState, 'in-step'>, (iommu: string) => string> = {
  'no-flag': () =>
    'it is created without an IOMMU (no XEN_DOMCTL_CDF_iommu): no device can be assigned to it, and there is nothing to keep in step',
  'switched-off': () => "Xen's command line switches the IOMMUs off",
  'not-up': (iommu) => `${iommu} does not come up in Xen`,
  'not-in-table': (iommu) => `${iommu} is not in the table of a driver of this Xen`,
};

/** `domU1: the P2M itself, from the creation of the domain on`. */
export function tableText({ domain, iommu, state, table }: XenTable, about: 'domain' | 'iommu'): string {
  const name = about === 'domain' ? iommu : domain;
  if (table === 'shared') return `${name}: the P2M itself, from the creation of the domain on`;
  return `${name}: none, ${state === 'in-step' ? '' : WITHOUT[state](iommu)}`;
}

const DRIVERS_LACKING: Words<NoXenDriver> = {
  'built-without': ({ symbol }) => `it is built without CONFIG_${symbol}`,
  'taken-since': ({ driver, release }) => `${driver} takes it from ${release} on`,
};

const LACKS: Words<XenLack> = {
  'xen-switched-off': ({ word, xen }) => `${quoted(word)} on its command line switches the IOMMUs of ${xen} off`,
  'xen-no-driver': ({ iommu, xen, why }) =>
    `${xen} has no driver for ${quoted(iommu)}: ${wordsOf(DRIVERS_LACKING, why)}`,
  'xen-none-up': ({ iommu }) =>
    `Xen brings up no IOMMU of this tree${iommu === null ? '' : `, ${quoted(iommu)} included`}`,
  'xen-no-iommus': () => 'it has no `iommus`',
  'xen-iommus-malformed': () => 'its `iommus` does not parse',
  'xen-iommu-disabled': ({ iommu }) => `${quoted(iommu)} is disabled`,
};

/** Why no IOMMU of Xen is there: a clause. */
export function lackText(lack: XenLack): string {
  return wordsOf(LACKS, lack);
}

const FAILURES: Words<XenFailure> = {
  'xen-undriven': ({ iommu, xen }) => `${xen} has no driver for ${quoted(iommu)}, but another IOMMU came up`,
  'xen-two-iommus': ({ iommu, other }) =>
    `\`iommus\` names ${quoted(iommu)} and ${quoted(other)}, but Xen allows one IOMMU per device`,
  'xen-not-up': ({ iommu }) => `${quoted(iommu)} did not come up in Xen, but another IOMMU did`,
  'xen-cells': ({ iommu, cells, wanted }) =>
    cells === null
      ? `${quoted(iommu)} has no \`#iommu-cells\`, which Xen's driver wants to be ${wanted}`
      : `${quoted(iommu)} has \`#iommu-cells = <${cells}>\` instead of ${wanted}`,
  'xen-id-outside': ({ iommu, idKind, id }) => `${quoted(iommu)} has no ${idName(idKind)} ${id}`,
};

/** Why Xen fails to add a device to an IOMMU: a clause. */
export function failureText(failure: XenFailure): string {
  return wordsOf(FAILURES, failure);
}

const WISHES: Words<XenIommuWish> = {
  module: () => 'its `multiboot,device-tree` module',
  'spilled-module': ({ module }) =>
    `the \`multiboot,device-tree\` module ${quoted(module)}, which Xen takes for its own,`,
  passthrough: () => '`passthrough = "enabled"`',
};

const CLEANS = 'Xen cleans each changed entry of the P2M to memory, because the IOMMU does not look into the caches';

export const XEN_STATEMENTS: Words<XenStatement> = {
  'xen-not-in-table': ({ iommu, xen, why }) =>
    `${quoted(iommu)} is not in the table of a driver of ${xen}${why === null ? '' : ` (${wordsOf(DRIVERS_LACKING, why)})`}: Xen leaves it alone, and it protects nothing from Xen's side.`,
  'xen-own-table': ({ mirrors }) =>
    `Whether this IPMMU could walk a P2M, only the chip tells: one that does stage 1 alone would need a table of its own for each domain, from its creation on, before the first page of the P2M, with every later change (${mirrors.join(', ')}); Xen on Arm has no such mode (IOMMU_FORCE_PT_SHARE).`,
  'xen-assigned': ({ domain }) =>
    `The partial tree of ${domain} names this device: Xen routes its interrupts there and assigns it.`,
  'xen-passthrough': () =>
    '`xen,passthrough`: dom0 gets the node with `status = "disabled"`, so that the device can be given to a domain.',
  'xen-hardware-domain-too': ({ domain }) =>
    `Without \`xen,passthrough\` ${domain} gets the device, too, and the second of the two fails with -EBUSY.`,
  'xen-mapped': ({ owner }) => `Xen maps the device to ${owner} and routes its interrupts there.`,
  'xen-drives': ({ used }) =>
    used
      ? 'Xen drives the IOMMU itself and leaves its node out of the tree of dom0.'
      : 'Xen has a driver for the IOMMU and leaves its node out of the tree of dom0, although it does not use it.',
  'xen-iommu-not-up': ({ why }) =>
    `It does not come up in Xen and protects nothing${why === null ? '' : `, because ${lackText(why)}`}.`,
  'xen-unprotected': ({ why }) => `No IOMMU of Xen protects the device, because ${lackText(why)}.`,
  'xen-entry-malformed': ({ index }) => `\`iommus\` entry ${index} does not parse; Xen keeps the entries before it.`,
  'xen-refused': ({ why }) =>
    `${failureText(why)}: Xen fails to add the device, and the start of its domain ends in a panic.`,
  'xen-translates': ({ iommu, idKind, ids }) =>
    `${quoted(iommu)} translates the device's ${idName(idKind)} ${ids.map(hex).join(', ')} in stage 2, through the P2M of the domain that owns it; Xen keeps no second table in step.`,
  'xen-stage-1-only': () => 'An IPMMU that only does stage 1 could not share the P2M; Xen refuses it.',
  'xen-domain-number': ({ number }) => `Xen starts the domain as number ${number}.`,
  'xen-direct-map': ({ on }) =>
    on
      ? '`direct-map`: guest physical addresses are machine addresses.'
      : 'Guest physical addresses differ from machine addresses: DMA without an IOMMU goes astray.',
  'xen-without-iommu': () => 'The domain is created without an IOMMU: no device can be assigned to it.',
  'xen-with-iommu': ({ why }) =>
    `Because of ${wordsOf(WISHES, why)} the domain is created with an IOMMU: its P2M is the table of the IOMMU from the first page on.`,
  'xen-iommu-in-vain': ({ why, lack }) =>
    `An IOMMU is asked for by ${wordsOf(WISHES, why)}, but ${lackText(lack)}: devices can only be assigned with \`xen,force-assign-without-iommu\`.`,
  'xen-partial-tree-unknown': () =>
    'Its devices are named in its partial tree, which the project file does not link to this host.',
  'xen-partial-tree': ({ devices }) =>
    `Its partial tree names ${devices.length > 0 ? quotedList(devices) : 'no device'}.`,
  'xen-context-taken': ({ iommu, used, of }) =>
    `It takes a context of ${quoted(iommu)}, of which ${used} of ${of} are taken.`,
  'xen-contexts': ({ used, by, available }) =>
    `Each domain with a device behind it takes one context: ${used}${by.length > 0 ? ` (${by.join(', ')})` : ''} of ${available ?? 'as many as the hardware has'}.`,
  'xen-micro-tlbs': ({ used, available }) =>
    `${used} of its ${available === null ? '' : `${available} `}micro-TLBs are taken; each belongs to one domain.`,
  'xen-stream-matches': ({ used }) => `${used} stream matching entries are taken, one for each stream ID and mask.`,
  'xen-stream-table': ({ used }) => `${used} entries of the stream table are in use; there is no limit on domains.`,
  'xen-flushes': ({ iommu, flush }) =>
    `The table is the P2M itself: after a change of it Xen flushes, in ${quoted(iommu)}, ${flush}.`,
  'xen-cleans': ({ unless, cold }) => {
    if (cold.length > 0) return `${CLEANS}: ${quotedList(cold)} lacks \`dma-coherent\`.`;
    return unless ? `${CLEANS}, unless all SMMUs report that they do.` : `${CLEANS}.`;
  },
  'xen-caches-seen': () => 'All SMMUs have `dma-coherent`, so Xen leaves entries of the P2M in the caches.',
};

export const XEN_CONDITIONS: Words<XenCondition> = {
  'boot-loader-dom0': () => 'whether the boot loader adds a dom0 to the domains in `/chosen`',
  'xen-built-with': ({ option }) => `whether Xen is built with ${option}`,
  'chip-cut': () => 'the cut of the chip (R-Car H3 and M3-W from 3.0 on)',
  'partial-tree': () => 'the partial tree of the domain',
  'hardware-has': ({ what }) => REGISTERS[what],
};

const REGISTERS: Record<Extract<XenCondition, { kind: 'hardware-has' }>['what'], string> = {
  'context-banks': 'the context banks of the hardware (ID1.NUMCB)',
  'stream-matches': 'the entries that the hardware has (ID0.NUMSMRG)',
  'stream-table': 'the size of the stream table (IDR1.SIDSIZE)',
  'coherent-walks': 'ID0.CTTW of the SMMUs',
};
