// SPDX-License-Identifier: MIT
// Words for the entries of `iommus` and `iommu-map`: taken, refused, waited for.
import { hex } from '#base/numbers.ts';
import type {
  BindingAlternative,
  BindingReason,
  BindingStatement,
  Entry,
  ListFault,
} from '#model/statements/binding.ts';
import { idText, quoted } from './terms.ts';
import { type Words, wordsOf } from './words.ts';

/** Before "names", "has". */
function entryText(entry: Entry): string {
  if (entry.in === 'iommus') return `\`iommus\` entry ${entry.index}`;
  return `\`iommu-map\` on ${quoted(entry.bus)} maps ID ${hex(entry.id)} to ${entry.args.map(hex).join(' ')}; its entry`;
}

const FAULTS: Words<ListFault> = {
  'phandle-zero': () => 'has phandle 0, which ends the list',
  'no-label': ({ label }) => `refers to ${quoted(`&${label}`)}, which is not in the tree`,
  'no-phandle': ({ phandle }) => `has phandle ${hex(phandle)}, which no node has`,
  'no-cells': ({ target }) => `names ${quoted(target)}, which has no \`#iommu-cells\``,
  'too-short': ({ found, wanted }) => `has ${found} of the ${wanted} cells that \`#iommu-cells\` asks for`,
};

/** What is wrong with an entry of a list: a clause after its name. */
export function faultText(fault: ListFault): string {
  return wordsOf(FAULTS, fault);
}

export const BINDING: Words<BindingStatement> = {
  'no-iommus': () => 'No `iommus`: no IOMMU translates for the device.',
  'iommus-empty': () => '`iommus` is empty: no IOMMU.',
  'iommus-unread': () => 'Linux does not read its `iommus`.',
  'iommus-stop': ({ index, fault, keepsEarlier }) => {
    const rest = keepsEarlier ? 'Linux keeps the entries before it' : 'Linux configures the device without an IOMMU';
    return `\`iommus\` entry ${index} ${faultText(fault)}; ${rest}.`;
  },
  'no-iommu-map': ({ bus }) => `${quoted(bus)} has no \`iommu-map\`: no IOMMU translates for the functions behind it.`,
  'iommu-map-of-functions': ({ bus, rows }) => {
    const parts = rows.slice(0, 3).map(({ first, last, iommu, out }) => {
      return `${first === last ? hex(first) : `${hex(first)} to ${hex(last)}`} to ${quoted(iommu)} from ${hex(out)}`;
    });
    if (parts.length === 0) return `\`iommu-map\` on ${quoted(bus)} maps no requester ID.`;
    const more = rows.length > 3 ? `; and ${rows.length - 3} more` : '';
    return `\`iommu-map\` on ${quoted(bus)} maps the requester IDs ${parts.join('; ')}${more}.`;
  },
  'id-uncovered': ({ bus, id }) => `No entry of \`iommu-map\` on ${quoted(bus)} covers ID ${hex(id)}: no IOMMU.`,
  'map-unused': ({ bus, id, why }, { reasonText }) =>
    `\`iommu-map\` on ${quoted(bus)} is not used for ID ${hex(id)}, because ${reasonText(why)}.`,
  'other-ids-dropped': ({ id }) => `Its DMA may also carry ID ${hex(id)}, so Linux drops the other IDs as well.`,
  'entry-taken': ({ entry, iommu, driver, ids }) => {
    const shown = ids.length === 0 ? '' : `: ${ids.map(idText).join(', ')}`;
    return `${entryText(entry)} names ${quoted(iommu)}, which has the driver ${driver}${shown}.`;
  },
  'entry-refused': ({ entry, iommu, why, dropsEarlier }, { reasonText }) => {
    const lost = dropsEarlier ? ' and drops the entries before it' : '';
    return `${entryText(entry)} names ${quoted(iommu)}, but ${reasonText(why)}: Linux continues without an IOMMU${lost}.`;
  },
  'entry-unregistered': ({ entry, iommu, why }, { reasonText }) =>
    `${entryText(entry)} names ${quoted(iommu)}, which is never registered as an IOMMU, because ${reasonText(why)}.`,
  'entry-needs-master': ({ entry, iommu, property }) =>
    `${entryText(entry)} names ${quoted(iommu)}, whose ${quoted(property)} names this device: each waits for the other until the deferred probe timeout.`,
  'device-refused': ({ who, why, blocked }, { reasonText }) => {
    const then = blocked ? ', and the SMMU blocks or mistranslates its DMA' : '';
    return `The driver refuses the ${who}, because ${reasonText(why)}; Linux continues without an IOMMU${then}.`;
  },
};

export const BINDING_REASONS: Words<BindingReason> = {
  'iommu-disabled': () => 'that node is disabled',
  'later-entry-unregistered': () => 'it is not registered, and before Linux 6.11 a later entry does not wait',
  'iommu-without-driver': () => 'no driver serves it',
  'two-drivers': ({ first }) => `entry 0 belongs to another driver (${first}), and a device can have only one`,
  'only-own-list': ({ property }) => `it has ${quoted(property)}, and then its driver takes no other masters`,
  'no-of-xlate': ({ driver }) => `its driver ${driver} has no of_xlate in this Linux and takes no masters`,
  'cell-count': ({ found, wanted }) => `its driver refuses ${found} cells instead of ${wanted.join(' or ')}`,
  instances: ({ most }) =>
    most === 1 ? 'its driver takes one instance per device' : `its driver takes at most ${most} instances per device`,
  ids: ({ most }) => `its driver takes at most ${most} IDs of a device`,
  'soc-denied': ({ soc }) => `its driver takes no masters on ${quoted(soc)}`,
  'not-on-list': ({ device, result }) =>
    `its driver does not have ${quoted(device)} on its list of masters (${result})`,
  'map-length': ({ property }) => `the length of \`${property}\` is not a multiple of an entry's`,
  'map-cut-off': ({ property }) => `\`${property}\` ends within an entry`,
  'mask-hides-base': ({ property, base }) => `\`${property}-mask\` hides bits of the entry's base ${hex(base)}`,
  'row-without-node': () => 'its phandle names no node',
  'range-with-two-cells': () => 'a range of IDs cannot have more than one output cell',
  'two-larbs': ({ first, other }) => `its IDs name larb ${first} and larb ${other}, and a device can have only one`,
  'no-such-larb': ({ iommu, larb }) => `${quoted(iommu)} has no larb ${larb}`,
  'no-iova-region': ({ larb }) => `no IOVA region of the chip has its ports (larb ${larb})`,
  'beyond-directory': ({ id }) => `its device directory has 24 bits at most, and the ID is ${hex(id)}`,
  'no-context-bank': ({ iommu, bank }) => `${quoted(iommu)} has no context bank ${bank}`,
};

export const BINDING_CONDITIONS: Words<BindingAlternative> = {
  'module-in-time': ({ symbol }) => `the module of CONFIG_${symbol} being loaded before the deferred probe timeout`,
  'after-the-wait': ({ supplier }) =>
    `whether the device probes after ${quoted(supplier)}, a master that the IOMMU itself needs and that waits for it until the deferred probe timeout`,
  'cut-without-masters': ({ revision }) => `the revision of the chip: on ${revision} the driver takes no masters`,
};

export const BINDING_OTHERWISE: Words<BindingAlternative> = {
  'module-in-time': () => 'the module is not loaded in time',
  'after-the-wait': () => 'the device probes before it',
  'cut-without-masters': ({ revision }) => `the chip is an ${revision}`,
};
