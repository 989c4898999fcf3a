// SPDX-License-Identifier: MIT
// What a line of a log means, in words: its likely cause, and where to look.
import type { LogAnswer, LogCause } from '#model/log/causes.ts';
import type { LogTopic } from '#model/log/format.ts';
import { describeStep } from './report.ts';
import { reasonText } from './statements/index.ts';
import { VERDICTS } from './values.ts';

/** What each kind of line says, whatever the tree has. */
const TOPICS: Record<LogTopic, string> = {
  fault: 'the device used an address for which the IOMMU has no mapping',
  'unknown-stream':
    'the SMMU got a transaction of a stream for which Linux set up nothing, and blocked it (arm-smmu.disable_bypass is on unless the kernel or its command line says otherwise)',
  'global-fault': 'the SMMU could not assign a transaction, or a command of its queue, to any stream that Linux set up',
  'bus-error':
    'the IOMMU could not read its own page tables: it cannot address the memory that they are in, or its clock or power is off',
  stuck:
    'the IOMMU does not answer: its clock, its power domain or the bus behind it is off, or a device holds back a transaction for ever',
  'iommu-fails': 'the probe of the IOMMU fails; its masters wait for it, and then do DMA without it',
  'faults-unseen': 'the SMMU has no interrupt for events: Linux never tells of a fault, the device just gets no data',
  'device-refused': 'the driver of the IOMMU refuses the device by what is in its specifier or map',
  'id-taken': 'two devices have the same ID at one IOMMU; the one that comes second loses',
  'attach-fails':
    'the device has a specifier, but cannot be attached: the IOMMU has no context left, or the device names another one',
  'group-fails': 'the device cannot join its IOMMU group; Linux goes on without the IOMMU',
  'domain-conflict': 'devices of one group need different kinds of domain; the group takes the type of the first',
  'not-trusted':
    'the port is marked external-facing, and the driver of the IOMMU asks for an identity domain; Linux refuses the device',
  aperture: 'no part of dma-ranges lies in the address range of the IOMMU; the device keeps direct DMA',
  reservation: 'a reserved range of IO addresses cannot be kept as the tree asks for it',
  'direct-mapping': 'a region with iommu-addresses must stay mapped one to one, and the domain cannot do that',
  timeout:
    'the device waited for an IOMMU, a power domain or another supplier that did not come, and goes on without it',
  'no-supplier-driver':
    'no driver was there for a supplier when all of them had been started (no modules): the device goes on without it',
  pending: 'the probe of the device still waits when the time is up',
  cycle:
    'the two nodes need each other; Linux drops the order between them, and whichever is probed first goes without the other',
  'map-mask': 'the mask cuts off bits of the first ID of an entry; Linux refuses the whole map',
  'map-uncovered': 'no entry of the map has this ID: the function gets no IOMMU, or no MSI',
  'map-length': 'the property has a number of cells that makes no whole entries; Linux does not use it',
  'map-cells': 'an entry for several IDs has an output of two cells; Linux refuses it',
  'list-broken': 'a list of phandles with specifiers cannot be read further; Linux uses only what is before',
  'dma-ranges': 'an entry of dma-ranges leads to no address of the CPU; Linux leaves it out',
  'bounce-full':
    'the bounce buffer is full: too many transfers at a time that the device cannot reach; swiotlb= makes it larger, a larger mask or an IOMMU makes it unnecessary',
  'bounce-absent': 'there is no bounce buffer, so a device cannot get at memory beyond its reach',
  'bounce-unreachable': 'even the bounce buffer lies beyond what the device or its bus can address',
  'beyond-mask': 'the memory lies beyond what the device or its bus can address, and is not bounced',
  'restricted-pool': 'the restricted pool of the device cannot be used, so its DMA is not confined to it',
  'pool-beyond-mask': 'the pool of the device lies beyond the mask that its driver has set',
  'pool-fails': 'the pool cannot be made: it lies outside RAM, is not aligned, or memory there is taken',
  'cma-full': 'the contiguous area has no free run of that many pages: it is too small, or in pieces',
  'cma-inactive': 'the contiguous area spans memory of different zones, or memory that is not there; Linux gives it up',
  'region-fails': 'the region cannot be reserved: something else is there, or it is not in RAM',
  'regions-ignored': 'the cells of /reserved-memory differ from those of the root; Linux reserves none of its regions',
  'regions-overlap': 'two regions share memory; what one device writes, another finds in its buffer',
  'grants-fail':
    'Xen grants cannot be set up; the device keeps the usual DMA operations, which its backend cannot read',
  'xen-assign': 'Xen does not assign the device: it is not behind an IOMMU that Xen drives, or another domain has it',
  'no-cache-operations':
    'the device is not coherent, and this CPU has no way known to Linux to write back its caches: DMA reads and writes stale data',
  'needs-iommu': 'the driver wants the stream ID that iommus gives, and does not probe without one',
};

const COMES_BACK = 'after dma_unmap, behind the end of a buffer, or without the DMA API';

/** The likely cause, as one or two sentences without back-ticks. */
export function causeText({ cause, finding, owners, id }: LogAnswer): string {
  const topic = TOPICS[finding.row.topic];
  switch (cause.kind) {
    case 'topic':
      return sentence(topic);
    case 'no-node':
      return `${sentence(topic)} No node of this tree has the name ${cause.name}: the log is of another board, or the device is on a bus that can be probed.`;
    case 'nobody':
      return `${sentence(`no node of this tree has the ID ${hex(id ?? 0)} at this IOMMU`)} ${nobody(cause)}`;
    case 'owner-off':
      return `${cause.path} has this ID and is switched off in the tree (${cause.off}), yet it does DMA: the boot loader or firmware left it running, and nothing in Linux stops or maps it.`;
    case 'untranslated':
      return `Linux gives ${cause.path} no translation (${VERDICTS[cause.verdict]}), so the IOMMU has no mapping for it. ${why(cause.step)}`.trim();
    case 'waits':
      return `${sentence(topic)} ${waits(cause)}`;
    case 'own-domain':
      return `The IOMMU lets ${cause.path} through untranslated until its driver attaches a domain of its own; the fault came in that one. ${addressText(cause.address, several(owners.length, id), topic)}`;
    default:
      return addressText(cause, several(owners.length, id), topic);
  }
}

/** What an SMMUv3 says that did not come as far as an address (Arm IHI 0070, 7.3). */
const STREAM_EVENTS: Readonly<Record<string, string>> = {
  C_BAD_STREAMID:
    'the stream table has nothing for this ID: Linux makes the entry when it adds the device, so the device did DMA before, or under an ID that is not its own',
  F_STE_FETCH:
    'the SMMU could not read its stream table: it cannot address the memory of the table, or the bus refuses it',
  C_BAD_STE: 'the entry of the stream table for this ID is invalid or says something that this SMMU does not have',
  F_STREAM_DISABLED: 'the stream is set up for transactions with a substream ID (PASID) alone, and this one had none',
  C_BAD_SUBSTREAMID: 'the device used a substream ID (PASID) for which nothing is set up',
  F_CD_FETCH:
    'the SMMU could not read the context descriptor of the stream: it cannot address its memory, or the bus refuses it',
  C_BAD_CD: 'the context descriptor of the stream is invalid: no domain is attached for this substream ID, or no more',
  F_VMS_FETCH: 'the SMMU could not read the VM structure of the stream: the bus refuses it',
};

/** What the address tells. */
function addressText(cause: LogCause, who: string, topic: string): string {
  switch (cause.kind) {
    case 'in-region':
      return inRegion(cause);
    case 'in-ram':
      return 'The address lies in RAM, and Linux gives out IO addresses from the top of the mask down: most likely the device was programmed with a physical address, by firmware before the IOMMU was on, or by a driver that does not use the DMA API.';
    case 'in-registers':
      return cause.msi
        ? `The address is the doorbell of ${cause.path}: the message of an interrupt was not mapped.`
        : `The address is in the registers or the window of ${cause.path}: a transfer from device to device, which Linux maps only with dma_map_resource.`;
    case 'above-limit':
      return `The address is above ${cause.limit}, the highest that the bus of the device carries: upper bits were lost or invented on the way.`;
    case 'permission':
      return 'The address is mapped, but not for this direction: the driver mapped the buffer for the device to read and it writes, or the other way round.';
    case 'stream-event':
      return `${sentence(STREAM_EVENTS[cause.event] ?? topic)} ${who}`.trimEnd();
    case 'null':
      return 'The address is 0 or nearly: a register or descriptor of the device was never filled in.';
    case 'unmapped':
      return `${sentence(topic)} ${who}Nothing of the tree is at the address; most often the driver lets the device go on ${COMES_BACK}.`;
    default:
      return sentence(topic);
  }
}

function waits({ path, on, property, why }: Extract<LogCause, { readonly kind: 'waits' }>): string {
  const by = property === null ? '' : ` by ${property}`;
  return `${path} waits for ${on}${by}${why ? `: ${reasonText(why).replaceAll('`', '')}` : ''}.`;
}

/** Which of several devices it can be; ends with a blank. */
function several(count: number, id: number | undefined): string {
  if (count < 2) return '';
  return id === undefined
    ? `The line has no ID: it can be each of the ${count} masters. `
    : `${count} devices have the ID ${hex(id)}: it can be each of them. `;
}

function nobody({ nearest }: Extract<LogCause, { readonly kind: 'nobody' }>): string {
  const next = nearest.map((each) => `${hex(each.id)} (${each.path})`).join(' and ');
  const hint = next === '' ? 'It has no masters at all.' : `The nearest that are listed: ${next}.`;
  return `A device does DMA through it without iommus, with another ID, or an entry of iommu-map leaves it out. ${hint}`;
}

function inRegion({ region, listed, mapped }: Extract<LogCause, { readonly kind: 'in-region' }>): string {
  const at = `The address is in ${region}, which firmware or the boot loader gave the device.`;
  if (!listed) return `${at} The device's node does not list it in memory-region, so Linux maps nothing there.`;
  if (!mapped)
    return `${at} Without iommu-addresses in the region Linux does not keep it mapped when the IOMMU starts.`;
  return `${at} It has iommu-addresses: the release that printed this (before 6.3), or the IOMMU's driver, does not read them.`;
}

function why(step: Extract<LogCause, { readonly kind: 'untranslated' }>['step']): string {
  return step ? describeStep(step).text.replaceAll('`', '') : '';
}

function sentence(clause: string): string {
  return `${clause.slice(0, 1).toUpperCase()}${clause.slice(1)}.`;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
