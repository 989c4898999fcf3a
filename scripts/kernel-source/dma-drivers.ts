// SPDX-License-Identifier: MIT
// Writes the table of drivers that do DMA (server/src/model/devices/dma-drivers.generated.ts) from Linux sources, the
// newest first: for each compatible string, whether what its driver's probe can reach uses the DMA API for its device.
// usage: node scripts/run.mjs kernel-source/dma-drivers.ts KERNEL-7.3 KERNEL-6.12
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { definitions, names } from './definitions.ts';
import { filesBelow, linkedSources } from './kbuild.ts';

const table = new URL('../../server/src/model/devices/dma-drivers.generated.ts', import.meta.url);

/** A driver sets DMA up for its device, or asks for a channel of a DMA controller. */
type Kind = 'own' | 'channel';

/** What a name that leads to the DMA API says. */
type Hit = Kind | 'maps';

type Bodies = ReadonlyMap<string, string>;

/** Where drivers are. */
const SOURCES = ['drivers', 'sound', 'arch/arm', 'arch/arm64', 'arch/riscv'];

/** The device's own DMA: a mask, or a core whose entry point sets DMA up for the driver. */
const OWN = new RegExp(
  `^(?:${[
    'dma_set_mask(?:_and_coherent)?|dma_set_coherent_mask|dma_coerce_mask_and_coherent',
    'vb2_dma_(?:contig|sg)_memops|vb2_dma_contig_set_max_seg_size',
    'snd_pcm_set_managed_buffer\\w*|snd_pcm_lib_preallocate_pages\\w*',
    'drm_gem_dma_(?:create\\w*|dumb_create\\w*|prime_\\w+|vm_ops)|DRM_GEM_DMA_\\w+|DRM_FBDEV_DMA_DRIVER_OPS|msm_gem_\\w+|drm_fb_dma_get_gem_\\w+|exynos_drm_fb_dma_addr',
    'usb_add_hcd|usb_create_(?:shared_)?hcd|ci_hdrc_add_device|cdns3_init|musb_init_controller',
    'sdhci_(?:add|setup)_host|sdhci_pltfm_init\\w*|cqhci_init|dw_mci_(?:pltfm_register|probe)',
    'ufshcd_(?:pltfrm_)?init|ahci_platform_init_host',
    'pci_host_(?:probe|common_probe|common_init)|dw_pcie_(?:host|ep)_init|cdns_pcie_host_setup',
    '(?:devm_)?stmmac_(?:dvr|pltfr)_probe',
    'register_virtio_device',
    'dma_async_device_register|dmaenginem_async_device_register',
    'iommu_(?:paging_)?domain_alloc',
  ].join('|')})$`,
);
/** Memory mapped or allocated for a device: its own, or the DMA controller's when the driver asks for a channel. */
const MAPS =
  /^(?:dma_map_(?:single|page|sg|sgtable|resource)(?:_attrs)?|dma_alloc_(?:coherent|wc|attrs|noncoherent|pages|noncontiguous)|dmam_alloc_\w+|dmam?_pool_create)$/;
const CHANNELS =
  /^(?:(?:devm_)?dma_request_(?:chan\w*|slave_channel\w*|channel|mem2mem\w*)|(?:devm_)?snd_dmaengine_pcm_register)$/;

/** The files of one kernel, each read once. */
class Kernel {
  readonly folders: readonly string[];
  readonly version: string;
  readonly linked: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #definitions = new Map<string, Bodies>();

  constructor(folder: string) {
    this.folders = SOURCES.map((name) => join(folder, name)).filter((path) => existsSync(path));
    this.version = versionOf(folder);
    this.linked = linkedSources(this.folders);
  }

  definitions(file: string): Bodies {
    let known = this.#definitions.get(file);
    if (!known) {
      known = existsSync(file) ? definitions(readFileSync(file, 'utf8')) : new Map<string, string>();
      this.#definitions.set(file, known);
    }
    return known;
  }

  /** By compatible string; `undefined` for a driver that does no DMA. */
  drivers(): Map<string, Kind | undefined> {
    const found = new Map<string, Kind | undefined>();
    for (const file of this.folders.flatMap((folder) => filesBelow(folder, /\.c$/))) {
      const text = readFileSync(file, 'utf8');
      if (!text.includes('of_device_id') || !text.includes('.compatible')) continue;
      for (const [string, kind] of this.#driversOf(file))
        if (kind !== found.get(string)) found.set(string, better(found.get(string), kind));
    }
    return found;
  }

  *#driversOf(file: string): Generator<[string, Kind | undefined]> {
    const own = this.definitions(file);
    const tables = new Map([...own].filter(([, body]) => /\bstruct of_device_id\b/.test(body)));
    const others = [...(this.linked.get(file) ?? [])].filter((other) => other !== file);
    const find = (name: string) =>
      own.get(name) ?? others.map((other) => this.definitions(other).get(name)).find((body) => body !== undefined);
    for (const [name, body] of tables) {
      const uses = new RegExp(`\\b${name}\\b`);
      const drivers = [...own].filter(([user, text]) => !tables.has(user) && uses.test(text) && /driver/i.test(text));
      const shared = reach(
        drivers.map(([driver]) => driver),
        find,
        tables,
      );
      for (const [, string = '', rest = ''] of body.matchAll(/\.compatible\s*=\s*"([^"]+)"([^}]*)/g)) {
        const data = reach(names(rest), find, tables);
        yield [string, kindOf(new Set([...shared, ...data]))];
      }
    }
  }
}

/** What of the DMA API can be reached from some names; a table of strings leads nowhere, for it leads to every row. */
function reach(start: Iterable<string>, find: (name: string) => string | undefined, tables: Bodies): Set<Hit> {
  const seen = new Set<string>();
  const hits = new Set<Hit>();
  const todo = [...start];
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (seen.has(name) || tables.has(name)) continue;
    seen.add(name);
    const kind = OWN.test(name) ? 'own' : MAPS.test(name) ? 'maps' : CHANNELS.test(name) ? 'channel' : undefined;
    if (kind) hits.add(kind);
    else todo.push(...names(find(name) ?? ''));
  }
  return hits;
}

function kindOf(hits: ReadonlySet<Hit>): Kind | undefined {
  if (hits.has('own') || (hits.has('maps') && !hits.has('channel'))) return 'own';
  return hits.has('channel') ? 'channel' : undefined;
}

/** Where several drivers know a string, the one that does most counts. */
function better(a: Kind | undefined, b: Kind | undefined): Kind | undefined {
  return a === 'own' || b === undefined ? a : b;
}

function versionOf(folder: string): string {
  const text = readFileSync(join(folder, 'Makefile'), 'utf8');
  const [major, minor] = ['VERSION', 'PATCHLEVEL'].map((name) => new RegExp(`^${name} = (\\d+)`, 'm').exec(text)?.[1]);
  return `${major}.${minor}`;
}

/** `vendor: 'name name'`, sorted. */
function rows(strings: readonly string[]): string {
  const vendors = new Map<string, string[]>();
  for (const string of [...strings].sort()) {
    const at = string.indexOf(',');
    const vendor = at < 0 ? '' : string.slice(0, at);
    vendors.set(vendor, [...(vendors.get(vendor) ?? []), string.slice(at + 1)]);
  }
  return [...vendors].map(([vendor, list]) => `    '${vendor}': '${list.join(' ')}',`).join('\n');
}

const KINDS: readonly Kind[] = ['own', 'channel'];

/** Which releases know a string of a kind, the newest first. */
const SETS = {
  both: (newest: boolean, older: boolean) => newest && older,
  newest: (newest: boolean, older: boolean) => newest && !older,
  older: (newest: boolean, older: boolean) => older && !newest,
};

export function main(folders: readonly string[]): number {
  const [newest, older] = folders
    .map((folder) => new Kernel(folder))
    .map((kernel) => ({ version: kernel.version, found: kernel.drivers() }));
  if (!newest || !older || folders.length > 2) {
    console.error('dma-drivers: name the folders of two Linux sources, the newest first');
    return 2;
  }
  const strings = [...new Set([...newest.found.keys(), ...older.found.keys()])];
  const parts = KINDS.map((kind) => ({
    kind,
    sets: Object.entries(SETS).map(([name, has]) => ({
      name,
      list: strings.filter((string) => has(newest.found.get(string) === kind, older.found.get(string) === kind)),
    })),
  }));
  const body = parts.map(({ kind, sets }) => {
    const lists = sets.map(({ name, list }) => `   ${name}: {\n${rows(list)}\n   },`);
    return `  ${kind}: {\n${lists.join('\n')}\n  },`;
  });
  writeFileSync(table, tableText(newest.version, older.version, body.join('\n')));
  for (const { kind, sets } of parts) for (const { name, list } of sets) console.log(kind, name, list.length);
  return 0;
}

function tableText(newest: string, older: string, body: string): string {
  return `// SPDX-License-Identifier: MIT
// biome-ignore-all lint/style/noExcessiveLinesPerFile: a table
// Drivers that use the DMA API, by the compatible strings that they bind to.
// Written by \`node scripts/run.mjs kernel-source/dma-drivers.ts KERNEL KERNEL\` from Linux ${newest} and ${older}; do not edit.

/** The releases that were read. */
export const DMA_DRIVER_RELEASES = { newest: '${newest}', older: '${older}' };

/**
 * \`own\`: the driver sets a mask, allocates or maps memory for its device, or a core of Linux does it for the driver.
 * \`channel\`: it only asks for a channel of a DMA controller. Names by vendor; \`both\`: in both releases.
 */
export const DMA_DRIVERS: Readonly<
  Record<'own' | 'channel', Readonly<Record<'both' | 'newest' | 'older', Readonly<Record<string, string>>>>>
> = {
${body}
};
`;
}
