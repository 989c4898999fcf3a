// SPDX-License-Identifier: MIT
// Compares the driver registry (server/src/model/drivers) with the drivers of a kernel source, and says where they differ.
// usage: npm run check:registry -- KERNEL
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DRIVERS, honoursReserved } from '#model/drivers/index.ts';
import type { IommuDriver } from '#model/drivers/types.ts';
import { GATES } from '#model/platform/gates.ts';
import { inVersions } from '#model/platform/releases.ts';
import type { KernelVersion } from '#model/platform/types.ts';
import { SUPPLIER_BINDINGS } from '#model/probe/suppliers.ts';

/** Match tables that hold something other than IOMMUs, by name, and what they hold. */
const OTHER_TABLES: Readonly<Record<string, string>> = {
  tegra_emc_of_match: 'external memory controllers',
  tegra186_emc_of_match: 'external memory controllers',
  tegra210_emc_of_match: 'external memory controllers',
  tegra20_emc_of_match: 'external memory controllers',
  tegra30_emc_of_match: 'external memory controllers',
  tegra114_emc_of_match: 'external memory controllers',
  tegra124_emc_of_match: 'external memory controllers',
  qcom_smmu_actlr_client_of_match: 'prefetch settings of clients, nothing about their domains',
  qcom_smmu_impl_debug_match: 'register layouts of a debug aid, a subset of qcom_smmu_impl_of_match',
};

/** Rows of role `match` that no match table below drivers/iommu has, and where Linux looks for them instead. */
const FOUND_ELSEWHERE: Readonly<Record<string, { readonly file: string; readonly text: string }>> = {
  'virtio,mmio': { file: 'drivers/virtio/virtio_mmio.c', text: '"virtio,mmio"' },
  'fsl,pamu': { file: 'drivers/iommu/fsl_pamu.c', text: 'of_find_compatible_node(NULL, NULL, "fsl,pamu")' },
};

/** Supplier bindings that drivers/of/property.c reads by functions of their own, with the properties they read. */
const OWN_PARSERS: Readonly<Record<string, readonly string[]>> = {
  iommu_maps: ['iommu-map'],
  gpio_compat: ['gpio', 'gpios'],
  gpios: ['-gpios'],
  interrupts: ['interrupts', 'interrupts-extended'],
  interrupt_map: ['interrupt-map'],
  remote_endpoint: ['remote-endpoint'],
  pinctrl_n: ['pinctrl-'],
};

/** Strings that change a driver without an of_device_is_compatible call or a table of their own. */
const CLIENT_TABLE = 'qcom_smmu_client_of_match';
const VARIANT_TABLE = 'qcom_smmu_impl_of_match';
const VARIANT_CALLS = /^drivers\/iommu\/arm\/arm-smmu\/arm-smmu[^/]*\.c$/;

/** An `of_device_id` table of a driver. */
interface MatchTable {
  readonly file: string;
  readonly name: string;
  readonly strings: readonly string[];
}

export function main([kernel, ...rest]: readonly string[]): number {
  if (!kernel || rest.length > 0 || !existsSync(join(kernel, 'Makefile'))) {
    console.error(`check-registry: ${kernel ?? 'no folder given'}: name the folder of a Linux source tree`);
    return 2;
  }
  return new Comparison(kernel).run() ? 0 : 1;
}

function kernelVersion(kernel: string): KernelVersion {
  const makefile = readFileSync(join(kernel, 'Makefile'), 'utf8');
  const field = (name: string) => Number(new RegExp(`^${name} = (\\d+)`, 'm').exec(makefile)?.[1]);
  return [field('VERSION'), field('PATCHLEVEL')];
}

/** Path → text, without comments, of every driver file that can have an IOMMU. */
function readSources(kernel: string): ReadonlyMap<string, string> {
  const folders = ['drivers/iommu', 'drivers/memory/tegra'];
  const files = folders.flatMap((folder) =>
    readdirSync(join(kernel, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  );
  files.push('drivers/xen/grant-dma-iommu.c');
  const texts = new Map<string, string>();
  for (const file of files.filter((name) => /\.[ch]$/.test(name) && existsSync(join(kernel, name)))) {
    texts.set(file, readFileSync(join(kernel, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, ''));
  }
  return texts;
}

function isKnown(string: string): boolean {
  return DRIVERS.some((driver) => driver.compatibles.some((row) => row.name === string));
}

function supplierRow(property: string, cells: string | undefined, optional: boolean | undefined): string {
  return `${property}${cells ? ` with ${cells}` : ''}${optional ? ', optional' : ''}`;
}

/** The registry beside one kernel. */
class Comparison {
  readonly #kernel: string;
  readonly #version: KernelVersion;
  readonly #sources: ReadonlyMap<string, string>;
  readonly #differences: string[] = [];
  readonly #explained: string[] = [];

  constructor(kernel: string) {
    this.#kernel = kernel;
    this.#version = kernelVersion(kernel);
    this.#sources = readSources(kernel);
  }

  /** Compares and prints all; whether the two agree. */
  run(): boolean {
    this.#compareStrings();
    this.#compareVariants();
    this.#compareClients();
    this.#compareSuppliers();
    for (const driver of DRIVERS.filter((each) => inVersions(this.#version, each))) {
      this.#compareOptions(driver);
      this.#compareFeatures(driver);
    }
    return this.#report();
  }

  /** Every `of_device_id` table: its file, its name, its strings. */
  #matchTables(): MatchTable[] {
    const tables: MatchTable[] = [];
    for (const [file, text] of this.#sources) {
      for (const [, head = '', body = ''] of text.matchAll(
        /struct of_device_id ([^=;(]*)\[\][^=;(]*= \{([\s\S]*?)\n\s*\};/g,
      )) {
        const strings = [...body.matchAll(/\.compatible\s*=\s*"([^"]+)"/g)].map(([, string = '']) => string);
        tables.push({ file, name: head.trim().split(/\s+/).at(-1) ?? '', strings });
      }
    }
    return tables;
  }

  #compareStrings(): void {
    const bound = new Map<string, string>();
    for (const { file, name, strings } of this.#matchTables()) {
      if (name === CLIENT_TABLE || name === VARIANT_TABLE) continue;
      if (OTHER_TABLES[name]) this.#explained.push(`${file}: ${name} holds ${OTHER_TABLES[name]}`);
      else for (const string of strings) bound.set(string, file);
    }
    const known = new Map<string, { driver: IommuDriver; row: IommuDriver['compatibles'][number] }>();
    for (const driver of DRIVERS) {
      for (const row of driver.compatibles) {
        if (!['match', 'companion', 'not-iommu'].includes(row.role)) continue;
        if (inVersions(this.#version, driver) && inVersions(this.#version, row)) known.set(row.name, { driver, row });
        else if (bound.has(row.name))
          this.#differ(row.name, `${bound.get(row.name)} has it, the registry only in other releases`);
        else this.#explained.push(`${row.name}: of another release than ${this.#version.join('.')}`);
      }
    }
    for (const [string, file] of bound)
      if (!isKnown(string)) this.#differ(string, `${file} binds it, the registry has no row`);
    for (const [string, { driver, row }] of known) {
      if (bound.has(string) || row.role === 'not-iommu') continue;
      const elsewhere = FOUND_ELSEWHERE[string];
      const there = elsewhere && this.#sourceOf(elsewhere.file)?.includes(elsewhere.text);
      if (there) this.#explained.push(`${string}: bound through ${elsewhere.file}`);
      else if (elsewhere && this.#sourceOf(elsewhere.file) === undefined)
        this.#explained.push(`${string}: ${elsewhere.file} is not here`);
      else this.#differ(string, `the registry has it under ${driver.name}, no match table does`);
    }
  }

  /** Strings of which the Arm SMMU driver makes an implementation of its own. */
  #compareVariants(): void {
    const asked = new Set(this.#matchTables().find((table) => table.name === VARIANT_TABLE)?.strings);
    for (const [file, text] of this.#sources) {
      if (!VARIANT_CALLS.test(file)) continue;
      for (const [, string = ''] of text.matchAll(/of_device_is_compatible\([^"]*"([^"]+)"\)/g)) asked.add(string);
    }
    const rows = DRIVERS.flatMap((driver) => driver.compatibles).filter((row) => row.role === 'variant');
    this.#compareSets(
      'variant',
      asked,
      new Set(rows.filter((row) => inVersions(this.#version, row)).map((row) => row.name)),
    );
  }

  #compareClients(): void {
    const table = this.#matchTables().find((entry) => entry.name === CLIENT_TABLE);
    const rules = DRIVERS.flatMap((driver) => driver.domainRules).filter((rule) => inVersions(this.#version, rule));
    this.#compareSets('identity client', new Set(table?.strings), new Set(rules.flatMap((rule) => rule.clients ?? [])));
  }

  /** Rows of of_supplier_bindings: the property, its cells, and whether it is optional. */
  #compareSuppliers(): void {
    const text = readFileSync(join(this.#kernel, 'drivers/of/property.c'), 'utf8');
    const defined = new Map(
      [...text.matchAll(/^DEFINE_(?:SIMPLE|SUFFIX)_PROP\((\w+), "([^"]+)", (?:NULL|"([^"]+)")\)/gm)].map(
        ([, parser = '', property = '', cells]) => [parser, { property, cells }],
      ),
    );
    const table = /of_supplier_bindings\[\] = \{([\s\S]*?)\n\};/.exec(text)?.[1] ?? '';
    const kernelHas = new Set<string>();
    for (const [, parser = '', rest = ''] of table.matchAll(/\.parse_prop = parse_(\w+),([^}]*)\}/g)) {
      const optional = /\.optional = true/.test(rest);
      const known = defined.get(parser);
      const properties = known ? [known.property] : OWN_PARSERS[parser];
      if (!properties) this.#differ(parser, 'a supplier binding that this script cannot read');
      for (const property of properties ?? []) kernelHas.add(supplierRow(property, known?.cells, optional));
    }
    const rows = SUPPLIER_BINDINGS.filter((row) => inVersions(this.#version, row));
    const own = new Set(Object.values(OWN_PARSERS).flat());
    const registryHas = rows.map((row) =>
      supplierRow(row.property, own.has(row.property) ? undefined : row.cells, row.optional),
    );
    this.#compareSets('supplier binding', kernelHas, new Set(registryHas));
  }

  #compareSets(what: string, kernelHas: ReadonlySet<string>, registryHas: ReadonlySet<string>): void {
    for (const string of kernelHas) if (!registryHas.has(string)) this.#differ(string, `${what} of the kernel only`);
    for (const string of registryHas) if (!kernelHas.has(string)) this.#differ(string, `${what} of the registry only`);
  }

  /** The Kconfig symbol, and whether it can be a module. */
  #compareOptions(driver: IommuDriver): void {
    if (driver.bus === 'none') return;
    const kconfig = ['drivers/iommu/Kconfig', 'drivers/xen/Kconfig']
      .concat(
        readdirSync(join(this.#kernel, 'drivers/iommu'), { recursive: true, encoding: 'utf8' }).map(
          (name) => `drivers/iommu/${name}`,
        ),
      )
      .filter((name) => name.endsWith('Kconfig') && existsSync(join(this.#kernel, name)))
      .map((name) => readFileSync(join(this.#kernel, name), 'utf8'))
      .join('\n');
    const type = new RegExp(`^config ${driver.config}\\n(?:\\s+#.*\\n)*\\s+(tristate|bool|def_bool)\\b`, 'm').exec(
      kconfig,
    )?.[1];
    if (type === undefined) this.#differ(driver.name, `no Kconfig has ${driver.config}`);
    else if ((type === 'tristate') !== driver.tristate) this.#differ(driver.name, `${driver.config} is ${type}`);
  }

  /** What a driver can do shows in the operations it fills in and the functions it calls. */
  #compareFeatures(driver: IommuDriver): void {
    const text = this.#driverText(driver);
    if (text === undefined) {
      this.#differ(driver.name, `${driver.source} is not there`);
      return;
    }
    const early = driver.domainsBefore?.find(({ until }) => inVersions(this.#version, { until }));
    const domains = early?.domains ?? driver.domains;
    const noXlate = driver.noXlate !== undefined && inVersions(this.#version, driver.noXlate);
    this.#feature(
      driver,
      'lazy mode',
      domains.includes('dma-fq'),
      /IOMMU_CAP_DEFERRED_FLUSH|IOMMU_DOMAIN_DMA_FQ/.test(text),
    );
    this.#feature(driver, 'identity', domains.includes('identity'), /identity_domain|IOMMU_DOMAIN_IDENTITY/.test(text));
    this.#feature(
      driver,
      'iommu-addresses',
      honoursReserved(driver, this.#version),
      /\biommu_dma_get_resv_regions\b/.test(text),
    );
    this.#feature(driver, 'software MSI window', driver.msiWindow !== null, /\bMSI_IOVA_BASE\b/.test(text));
    if (noXlate) this.#feature(driver, 'of_xlate', false, /\.of_xlate\b/.test(text));
    // Before 6.8 a driver could do without: the core asked every driver about every device of its bus.
    else if (inVersions(this.#version, { since: GATES.mastersNeedSpec }))
      this.#feature(driver, 'of_xlate', driver.bus !== 'none', /\.of_xlate\b/.test(text));
  }

  #feature(driver: IommuDriver, what: string, registry: boolean, kernelHas: boolean): void {
    if (registry === kernelHas) return;
    this.#differ(driver.name, `${what}: ${registry ? 'only the registry has it' : 'only the kernel has it'}`);
  }

  /** The driver's file with the header beside it; s390 and PAMU register from a second file, which is not an IOMMU's. */
  #driverText(driver: IommuDriver): string | undefined {
    const main = this.#sources.get(driver.source);
    const header = this.#sources.get(join(dirname(driver.source), `${driver.name}.h`));
    return main === undefined ? undefined : main + (header ?? '');
  }

  #sourceOf(file: string): string | undefined {
    const path = join(this.#kernel, file);
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  }

  #differ(subject: string, how: string): void {
    this.#differences.push(`${subject}: ${how}`);
  }

  #report(): boolean {
    for (const line of this.#differences) console.log(`differs   ${line}`);
    for (const line of this.#explained) console.log(`explained ${line}`);
    const strings = this.#matchTables().reduce((count, table) => count + table.strings.length, 0);
    console.log(
      `Linux ${this.#version.join('.')}: ${DRIVERS.length} drivers and ${strings} strings compared, ${SUPPLIER_BINDINGS.length} supplier bindings, ` +
        `${this.#differences.length} differences, ${this.#explained.length} explained`,
    );
    return this.#differences.length === 0;
  }
}
