// SPDX-License-Identifier: MIT
// Words for groups, streams and what isolates PCI functions.
import { hex } from '#base/numbers.ts';
import type {
  FunctionFact,
  GroupAlternative,
  GroupCondition,
  GroupStatement,
  SharedBecause,
  SmmuHardware,
  StreamReason,
} from '#model/statements/groups.ts';
import { quoted, quotedList } from './terms.ts';
import { type Words, wordsOf } from './words.ts';

function functionText({ name, path }: FunctionFact): string {
  return path === null ? name : `${quoted(path)} (${name})`;
}

/** A path in back-ticks; the name of a PCI function as it is. */
function ownerText(owner: string): string {
  return owner.startsWith('/') ? quoted(owner) : owner;
}

const SHARED: Readonly<Record<SharedBecause, string>> = {
  'carries-its-id': 'its DMA carries an ID of that function',
  'one-id-below-bridge': 'what comes from below that bridge carries one ID',
  'conventional-bus': 'a conventional PCI bus isolates nothing',
  'port-without-acs': 'a port above does not isolate what is below it',
  'acs-too-late': 'with a device tree this Linux asks for ACS too late for the ports above',
  'uses-its-id': 'one uses the requester ID of the other',
  'functions-without-acs': 'the functions of one device are not isolated from each other without ACS',
};

export const GROUPS: Words<GroupStatement> = {
  'joins-group': ({ others }) =>
    `The device joins ${others.length === 0 ? 'a group' : `the group of ${quotedList(others)}`}.`,
  'function-joins': ({ fn, why }) => `The function gets the group of ${functionText(fn)}, because ${SHARED[why]}.`,
  'one-stream-for-all': ({ host }) =>
    `\`iommu-map-mask\` gives all functions behind ${quoted(host)} one stream, so they are one group.`,
  'acs-above': ({ ports, early }) => {
    const own = early
      ? 'Linux turns it on where they have it'
      : 'this Linux turns it on only for what it finds after it set up the first function; the firmware may do so earlier';
    return `The ports above (${quotedList(ports)}) isolate the function only by ACS; ${own}.`;
  },
  crowded: ({ iommu, rival }) => `${quoted(iommu)} serves one master, and ${quoted(rival)} also names it.`,
  'streams-overlap': ({ rival, ofFunctions }) => {
    const what = ofFunctions ? `the IDs that ${quoted(rival)} gives its functions` : `those of ${quoted(rival)}`;
    return `Its streams overlap ${what}; here it is probed first.`;
  },
};

const streamText = ({ id, mask }: { readonly id: number; readonly mask: number | null }): string =>
  `ID ${hex(id)} mask ${hex(mask ?? 0)}`;

export const STREAM_REASONS: Words<StreamReason> = {
  'mask-too-wide': ({ mask }) => `its mask ${hex(mask)} has more bits than stream matching usually has`,
  'stream-overlaps': ({ id, other, owner }) =>
    `stream ${streamText(id)} overlaps ${streamText(other)} of ${quoted(owner)} without lying inside it`,
  'streams-of-two-groups': () => 'its stream IDs belong to the groups of different devices',
  'stream-id-too-wide': ({ id }) => `its stream ID ${hex(id)} has more bits than the SMMU`,
  'hardware-full': ({ what }) => wordsOf(HARDWARE_LACKS, what),
  'stream-taken': ({ id, owner }) => `stream ID ${hex(id)} already belongs to ${ownerText(owner)}`,
  'overlaps-function': () => 'its stream IDs overlap those of another function',
};

const HARDWARE: Words<SmmuHardware> = {
  'mask-bits': () => "whether the SMMU's masks have fewer than 16 bits",
  'stream-id-bits': ({ id }) => `whether the SMMU's stream IDs have the 16 bits of ${hex(id)}`,
  'match-registers': ({ count }) => `whether the SMMU has ${count} stream match registers`,
  'context-banks': ({ count }) => `whether the SMMU has ${count} context banks`,
  'most-context-banks': ({ count }) => `whether the SMMU has no more than ${count} context banks`,
};

const HARDWARE_LACKS: Words<SmmuHardware> = {
  'mask-bits': () => 'its mask has more bits than those of the SMMU',
  'stream-id-bits': ({ id }) => `its stream ID ${hex(id)} has more bits than the SMMU`,
  'match-registers': ({ count }) => `the SMMU has fewer than ${count} stream match registers`,
  'context-banks': ({ count }) => `the SMMU has fewer than ${count} context banks`,
  'most-context-banks': ({ count }) => `the SMMU has more than ${count} context banks`,
};

const ALTERNATIVES: Words<GroupAlternative> = {
  'function-before-iommu': ({ host }) =>
    `whether Linux finds the functions behind ${quoted(host)} before the IOMMU registers`,
  'device-before-iommu': ({ device, maker }) =>
    `whether the driver of ${quoted(maker)} makes ${quoted(device)} before the IOMMU registers`,
  'smmu-hardware': ({ what }) => wordsOf(HARDWARE, what),
  'stream-bits': ({ iommu, id }) =>
    `whether the stream IDs of ${quoted(iommu)} have the bits for ${hex(id)} (IDR1.SIDSIZE)`,
  'device-first': ({ rival }) => `whether the device or ${quoted(rival)} is probed first`,
  'function-of-map-first': ({ host }) => `whether a function behind ${quoted(host)} with the same ID is probed first`,
  'function-first': () => 'whether the function or the other one is probed first',
  'function-or-device-first': ({ device }) =>
    `whether the function or ${quoted(device)} with the same stream ID is probed first`,
  'equal-function-first': () => 'whether another function that the mask makes equal is probed first',
};

export const GROUP_CONDITIONS: Words<GroupCondition | GroupAlternative> = {
  ...ALTERNATIVES,
  'functions-isolated': () => 'whether the functions of the device are isolated from each other (ACS)',
  'more-functions': () => 'whether the device has more functions (without ACS they share a group)',
  'acs-on': ({ ports }) => `whether ACS is on in ${quotedList(ports)}`,
  'rival-takes-iommu': ({ rival }) => `whether ${quoted(rival)} is probed later and takes the IOMMU away`,
  'rival-first': ({ rival }) => `whether the device or ${quoted(rival)} is probed first`,
};

export const GROUP_OTHERWISE: Words<GroupAlternative> = {
  'function-before-iommu': () => 'Linux finds it before the IOMMU registers, which it then keeps from registering',
  'device-before-iommu': ({ device }) => `${quoted(device)} is there before the IOMMU registers`,
  'smmu-hardware': () => 'the registers of the SMMU say otherwise',
  'stream-bits': ({ assumed }) => `the SMMU has ${assumed ? 'fewer' : 'that many'} stream ID bits`,
  'device-first': () => 'the other one is probed first',
  'function-of-map-first': () => 'the other one is probed first',
  'function-first': () => 'it is probed first',
  'function-or-device-first': () => 'the other one is probed first',
  'equal-function-first': () => 'another function with the same stream ID is probed first',
};
