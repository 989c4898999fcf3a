// SPDX-License-Identifier: MIT
// What a booted guest said, as an observation: per device, only what the kernel itself decided, nothing of our own model.

/** Kernel messages about a device's DMA set-up; what else is in the log does not count. */
const relevant = [
  /Adding to iommu group/,
  /Removing from iommu group/,
  /ignoring dependency/,
  /deferred probe pending/,
  /could not (get|find)/,
  /#iommu-cells/,
  /(iommu|msi)-map/,
  /already in tree/,
  /Aliasing StreamID/,
  /out of range for/,
  /translation of DMA address/,
  /specified DMA range/,
  /retaining platform DMA ops/,
  /non-direct mapping/,
  /IOVA region/,
  /reserved memory node/,
  /dependency cycle/,
  /DMA mask not set/,
  /not trusted/,
  /default IOMMU domain/,
  /global-interrupts|context irq|mmu-masters|MMIO region too small/,
  /iommu params|probe with driver .* failed/,
  /overflow 0x/,
];

const hex = (value) => `0x${BigInt(value).toString(16)}`;

/** `virtio-mmio a003e00.virtio_mmio: Adding to iommu group 3` has a number that depends on the order of probing. */
export const withoutGroupNumber = (line) => line.replace(/iommu group \d+/, 'iommu group N');

/**
 * Linux 6.1 hands over a first address and a size: those of `dma-ranges`, or else zero and at least the 4 GiB of the
 * device's mask, which is no limit of the tree.
 */
function limitOf(base, size) {
  const limited = BigInt(base ?? 0) !== 0n || BigInt(size ?? 0) < 1n << 32n;
  return limited && size !== undefined ? BigInt(base) + BigInt(size) - 1n : 0n;
}

/** By the field of struct device, or by bit 2 of its flags (enum struct_device_flags of Linux 7.2: DEV_FLAG_DMA_IOMMU). */
const usesIommu = (field, flags) => (flags === undefined ? field === '1' : (BigInt(flags) & 4n) !== 0n);

/** The values of one line of the `dma` probe (see boot.mjs), or of Linux 6.1's shorter one. */
function probeFields(line) {
  const field = (name) => new RegExp(`\\b${name}=("[^"]*"|\\{[^}]*\\}|\\S+)`).exec(line)?.[1];
  const list = (text) => (text?.startsWith('{') ? text.slice(1, -1).split(',') : []);
  const number = (text) => (text === undefined || text.includes('fault') ? 0 : Number(text));
  const limit = field('limit') ?? limitOf(field('base'), field('size'));
  const map = list(field('map'));
  const windows = [];
  for (let at = 0; at + 2 < map.length && BigInt(map[at + 2]) !== 0n; at += 3) {
    windows.push({ dmaStart: hex(map[at + 1]), cpuStart: hex(map[at]), size: hex(map[at + 2]) });
  }
  const whole = field('limit') !== undefined;
  return {
    name: field('name')?.replaceAll('"', ''),
    coherent: field('coherent') === '1',
    dmaLimit: BigInt(limit) === 0n ? null : hex(limit),
    reach: field('size') ?? null,
    dmaRanges: whole && BigInt(limit) !== 0n ? windows : [],
    iommuOps: whole ? usesIommu(field('ops'), field('flags')) : null,
    ids: whole
      ? list(field('ids'))
          .slice(0, number(field('count')))
          .map(Number)
      : null,
  };
}

/** Collects the guest's lines by their first word. */
function sortLines(lines) {
  const kinds = {
    device: [],
    link: [],
    group: [],
    deferred: [],
    devlink: [],
    trace: [],
    ram: [],
    bounce: [],
    wire: [],
    read: [],
    log: [],
    kernel: [],
  };
  for (const line of lines) {
    const [word, rest] = [line.split(' ', 1)[0], line.slice(line.indexOf(' ') + 1)];
    kinds[word]?.push(rest);
  }
  return kinds;
}

/** What sysfs links say: device name → driver, node, iommu_group, iommu. */
function readLinks(links) {
  const found = new Map();
  for (const line of links) {
    const [, name, kind, target] = /^[^/]+\/devices\/(.*)\/([a-z_]+) (.*)$/.exec(line) ?? [];
    if (name === undefined) continue;
    const entry = found.get(name) ?? {};
    const node = /firmware\/devicetree\/base(.*)$/.exec(target)?.[1];
    entry[kind] ??= kind === 'of_node' ? node || '/' : kind === 'iommu' ? target : target.split('/').at(-1);
    found.set(name, entry);
  }
  return found;
}

function readGroups(lines) {
  const groups = new Map();
  for (const line of lines) {
    const [, id, what, value] = /^(\d+)\/(\w+):(.*)$/.exec(line) ?? [];
    const group = groups.get(id) ?? { type: null, reserved: [] };
    if (what === 'type') group.type = value;
    if (what === 'reserved_regions') {
      const [start, end, type] = value.split(' ');
      group.reserved.push({ start: hex(start), end: hex(end), type });
    }
    groups.set(id, group);
  }
  return groups;
}

/** Linux names the supplier that a device link waits for, and nothing when it was a driver that asked to wait. */
const reasonOf = (text) => (text === undefined ? null : text.trim() || 'no reason given');

/** Whether the windows that Linux gave the device hold all of memory; 6.1 shows only how much they hold together. */
function reachesAll({ dmaLimit, dmaRanges, reach }, memory) {
  if (dmaLimit === null) return true;
  if (dmaRanges.length === 0)
    return BigInt(reach) >= memory.reduce((sum, { start, end }) => sum + end - start + 1n, 0n);
  const windows = dmaRanges.map(({ cpuStart, size }) => ({
    start: BigInt(cpuStart),
    end: BigInt(cpuStart) + BigInt(size) - 1n,
  }));
  return memory.every((bank) => {
    let at = bank.start;
    for (const { start, end } of windows.sort((a, b) => (a.start < b.start ? -1 : 1))) {
      if (start <= at && end >= at) at = end + 1n;
    }
    return at > bank.end;
  });
}

/** The device's end state in the words of contracts.md section 3, `null` where Linux never asked about its DMA. */
function verdictOf(device, memory) {
  if (device.bus === 'i2c' || device.bus === 'spi') return 'not-configured';
  if (device.deferred !== null) return 'defer';
  if (device.ops === 'xen_swiotlb_dma_ops') return 'xen-swiotlb';
  if (device.ops === 'xen_grant_dma_ops') return 'xen-grant';
  if (device.ops === undefined) return null;
  if (device.coherent === null && device.driver === null) return null;
  if (device.log.some((line) => line.includes('retaining platform DMA ops'))) return 'direct';
  if (device.group !== null) {
    return { DMA: 'iommu-dma', 'DMA-FQ': 'iommu-dma-fq', identity: 'iommu-identity' }[device.type] ?? device.type;
  }
  if (device.log.some((line) => line.includes('ignoring dependency'))) return 'defer->direct';
  if (device.log.some((line) => line.includes('assigned reserved memory node restricted'))) return 'restricted-pool';
  return reachesAll(device, memory) ? 'direct' : 'direct+swiotlb';
}

const escaped = (word) => word.replace(/[.*+?^$()[\]{}|\\]/g, '\\$&');

/** `virtio-mmio a003e00.virtio_mmio: …` and `… for device a003e00.virtio_mmio; …` speak of that device. */
const namesDevice = (line, name) => new RegExp(`(^[^ ]+ ${escaped(name)}: )|( device ${escaped(name)}; )`).test(line);

/** `OF: /virtio_mmio@a003e00: …` speaks of that node. */
const speaksOf = (line, name, node) =>
  namesDevice(line, name) || (node !== undefined && line.startsWith(`OF: ${node}: `));

/** The one line about a map that says which function it was for. */
const untranslated = (line, rid) =>
  /no iommu-map translation for id 0x([0-9a-f]+) /.exec(line)?.[1] === requesterId(rid).toString(16);

/** `01:02.3` as a requester ID. */
export function requesterId(rid) {
  const [bus, device, fn] = rid.split(/[:.]/).map((part) => Number.parseInt(part, 16));
  return (bus << 8) | (device << 3) | fn;
}

function logOf(log, { name, node, rid }) {
  return log.filter((line) => {
    if (rid !== null) return speaksOf(line, name) || untranslated(line, rid);
    return speaksOf(line, name, node) && !/iommu-map/.test(line);
  });
}

/** `name="…" KEY=VALUE` of the lines of one probe, hit from a function whose name `caller` matches: device name → value. */
function shown(trace, probe, caller, key) {
  const pattern = new RegExp(`^${probe}: \\(${caller}.* name="([^"]*)" ${key}=(\\S+)`);
  return new Map(trace.map((line) => pattern.exec(line)?.slice(1)).filter((pair) => pair !== undefined));
}

/**
 * What the device was told to find its ring at, when Linux and QEMU name the same address: `grant`, which is bit 63 with a
 * grant reference (drivers/xen/grant-dma-ops.c:grant_to_dma), or `memory`.
 */
function ringOf(address, wire) {
  if (address === undefined) return null;
  if (!wire.includes(address)) return `${address}, which no device was given`;
  return BigInt(address) >> 63n === 1n ? 'grant' : 'memory';
}

/**
 * Since 6.15 `iommu_probe_device` itself configures DMA, before the default domain is set up; the same again is shown at
 * the probe of a driver, and of a device without one only that.
 */
function shownTooEarly(release, { driver, iommu_group: group }) {
  const [major, minor] = release.split('.').map(Number);
  return driver === undefined && group !== undefined && (major > 6 || minor >= 15);
}

/** Devices that stand for no node and for no PCI function say nothing about a tree. */
function readDevices(kinds) {
  const links = readLinks(kinds.link);
  const nodeOf = (name) => links.get(name)?.of_node;
  const probes = new Map(
    kinds.trace.filter((line) => line.startsWith('dma:')).map((line) => [probeFields(line).name, probeFields(line)]),
  );
  const waiting = (when) =>
    new Map(
      kinds.deferred.filter((line) => line.startsWith(when)).map((line) => line.slice(when.length + 1).split('\t')),
    );
  const [early, end] = [waiting('early'), waiting('end')];
  const groups = readGroups(kinds.group);
  const xenOps = shown(kinds.trace, 'ops', '', 'ops');
  const domains = shown(kinds.trace, 'domain', 'xen_grant_dma_', 'domid');
  const rings = shown(kinds.trace, 'ring', 'vring_', 'address');
  return kinds.device.flatMap((line) => {
    const [, bus, name, target] = /^(\w+)\/devices\/(\S+) (.*)$/.exec(line);
    const link = links.get(name) ?? {};
    if (link.of_node === undefined && bus !== 'pci') return [];
    if (bus === 'i2c' && name.startsWith('i2c-')) return [];
    const probe = probes.get(name);
    const group = link.iommu_group;
    const bridge = bus === 'pci' ? target.split('/').find((part) => part.endsWith('.pcie')) : undefined;
    const iommu =
      link.iommu
        ?.split('/')
        .map(nodeOf)
        .find((node) => node !== undefined) ?? null;
    return {
      node: bus === 'pci' ? nodeOf(bridge) : link.of_node,
      rid: bus === 'pci' ? name.slice(5) : null,
      name,
      bus,
      verdict: null,
      driver: link.driver ?? null,
      coherent: probe?.coherent ?? null,
      dmaLimit: probe?.dmaLimit ?? null,
      dmaRanges: probe?.dmaRanges ?? [],
      reach: probe?.reach ?? null,
      // On Xen alone the guest looks at them, and not at the devices that were bound before it.
      ops: xenOps.size > 0 ? xenOps.get(name)?.replace(/\+0x0\/.*/, '') : null,
      domid: domains.has(name) ? Number(domains.get(name)) : null,
      ring: ringOf(rings.get(name), kinds.wire),
      iommu,
      ids: probe?.ids ?? null,
      iommuOps: shownTooEarly(kinds.kernel[0], link) ? null : (probe?.iommuOps ?? null),
      group: group ?? null,
      type: groups.get(group)?.type ?? null,
      reserved: groups.get(group)?.reserved ?? [],
      waited: reasonOf(early.get(name)),
      deferred: reasonOf(end.get(name)),
      bounced:
        kinds.read.length > 0 && group === undefined && link.driver === 'virtio-pci'
          ? kinds.bounce.includes(name)
          : null,
      log: [],
    };
  });
}

/** Numbers groups by their first member's name, so that the order of probing leaves no trace. */
function renumber(devices) {
  const numbers = new Map();
  for (const device of devices) {
    if (device.group === null) continue;
    if (!numbers.has(device.group)) numbers.set(device.group, numbers.size);
    device.group = numbers.get(device.group);
  }
}

/** Leaves out what a device has not: a reader takes an absent field as `null`, or as none. */
const compact = (device) =>
  Object.fromEntries(Object.entries(device).filter(([, value]) => value !== null && value?.length !== 0));

/** The observation of one boot, plain data, the same for two boots of the same tree on the same kernel. */
export function observe(lines) {
  const kinds = sortLines(lines);
  const memory = kinds.ram.map((range) => {
    const [start, end] = range.split('-').map((address) => BigInt(`0x${address}`));
    return { start, end };
  });
  const devices = readDevices(kinds).sort((a, b) => (a.name < b.name ? -1 : 1));
  renumber(devices);
  const log = kinds.log.filter((line) => relevant.some((kind) => kind.test(line))).map(withoutGroupNumber);
  for (const device of devices) {
    device.log = [...new Set(logOf(log, device))];
    device.verdict = verdictOf(device, memory);
    delete device.reach;
  }
  const circles = log.filter((line) => /^\/\S*: Fixed dependency/.test(line)).sort();
  const zone = kinds.log
    .map((line) => /^ +DMA +\[mem 0x\w+-(0x\w+)\]/.exec(line)?.[1])
    .find((end) => end !== undefined);
  return {
    kernel: kinds.kernel[0],
    dmaZoneEnd: zone === undefined ? null : hex(zone),
    defaultDomain: kinds.log.filter((line) => line.startsWith('iommu: ')).map((line) => line.trim()),
    log: [...new Set(log.filter((line) => /^(OF|iommu): |^specified DMA range/.test(line)))].sort(),
    ...(circles.length > 0 && { circles }),
    ...(kinds.devlink.length > 0 && { links: kinds.devlink.sort() }),
    devices: devices.filter((device) => device.verdict !== null).map(compact),
    undecided: devices.filter((device) => device.verdict === null).map((device) => device.rid ?? device.node),
  };
}

/** JSON with a line per device. */
export function formatObservation(observed) {
  const lines = Object.entries(observed).map(([name, value]) => {
    if (name !== 'devices') return `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`;
    return `  "devices": [\n${value.map((device) => `    ${JSON.stringify(device)}`).join(',\n')}\n  ]`;
  });
  return `{\n${lines.join(',\n')}\n}\n`;
}
