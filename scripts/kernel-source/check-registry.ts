// SPDX-License-Identifier: MIT
// Compares the driver registry (server/src/model/drivers) with the drivers of a kernel source, and says where they differ.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadCore } from './load-core.mjs';

/** Match tables that hold something other than IOMMUs, by name, and what they hold. */
const OTHER_TABLES = {
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
const FOUND_ELSEWHERE = {
  'virtio,mmio': { file: 'drivers/virtio/virtio_mmio.c', text: '"virtio,mmio"' },
  'fsl,pamu': { file: 'drivers/iommu/fsl_pamu.c', text: 'of_find_compatible_node(NULL, NULL, "fsl,pamu")' },
};

/** Supplier bindings that drivers/of/property.c reads by functions of their own, with the properties they read. */
const OWN_PARSERS = {
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

const [kernel, ...rest] = process.argv.slice(2);
if (!kernel || rest.length > 0 || !existsSync(join(kernel, 'Makefile'))) {
  console.error(`check-registry: ${kernel ?? 'no folder given'}: name the folder of a Linux source tree`);
  process.exit(2);
}

const { DRIVERS, honoursReserved } = await loadCore('model/drivers/index.ts');
const { inVersions } = await loadCore('model/platform/releases.ts');
const { GATES } = await loadCore('model/platform/gates.ts');
const { SUPPLIER_BINDINGS } = await loadCore('model/probe/suppliers.ts');
const version = kernelVersion();
const sources = readSources();
const differences = [];
const explained = [];

compareStrings();
compareVariants();
compareClients();
compareSuppliers();
for (const driver of DRIVERS.filter((driver) => inVersions(version, driver))) {
  compareOptions(driver);
  compareFeatures(driver);
}
report();

function kernelVersion() {
  const makefile = readFileSync(join(kernel, 'Makefile'), 'utf8');
  const field = (name) => Number(new RegExp(`^${name} = (\\d+)`, 'm').exec(makefile)?.[1]);
  return [field('VERSION'), field('PATCHLEVEL')];
}

/** Path → text, without comments, of every driver file that can have an IOMMU. */
function readSources() {
  const folders = ['drivers/iommu', 'drivers/memory/tegra'];
  const files = folders.flatMap((folder) =>
    readdirSync(join(kernel, folder), { recursive: true }).map((name) => `${folder}/${name}`),
  );
  files.push('drivers/xen/grant-dma-iommu.c');
  const texts = new Map();
  for (const file of files.filter((name) => /\.[ch]$/.test(name) && existsSync(join(kernel, name)))) {
    texts.set(file, readFileSync(join(kernel, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, ''));
  }
  return texts;
}

/** Every `of_device_id` table: its file, its name, its strings. */
function matchTables() {
  const tables = [];
  for (const [file, text] of sources) {
    for (const [, head, body] of text.matchAll(/struct of_device_id ([^=;(]*)\[\][^=;(]*= \{([\s\S]*?)\n\s*\};/g)) {
      const strings = [...body.matchAll(/\.compatible\s*=\s*"([^"]+)"/g)].map((match) => match[1]);
      tables.push({ file, name: head.trim().split(/\s+/).at(-1), strings });
    }
  }
  return tables;
}

function compareStrings() {
  const bound = new Map();
  for (const { file, name, strings } of matchTables()) {
    if (name === CLIENT_TABLE || name === VARIANT_TABLE) continue;
    if (OTHER_TABLES[name]) explained.push(`${file}: ${name} holds ${OTHER_TABLES[name]}`);
    else for (const string of strings) bound.set(string, file);
  }
  const known = new Map();
  for (const driver of DRIVERS) {
    for (const row of driver.compatibles) {
      if (!['match', 'companion', 'not-iommu'].includes(row.role)) continue;
      if (inVersions(version, driver) && inVersions(version, row)) known.set(row.name, { driver, row });
      else if (bound.has(row.name))
        differ(row.name, `${bound.get(row.name)} has it, the registry only in other releases`);
      else explained.push(`${row.name}: of another release than ${version.join('.')}`);
    }
  }
  for (const [string, file] of bound) if (!isKnown(string)) differ(string, `${file} binds it, the registry has no row`);
  for (const [string, { driver, row }] of known) {
    if (bound.has(string) || row.role === 'not-iommu') continue;
    const elsewhere = FOUND_ELSEWHERE[string];
    const there = elsewhere && sourceOf(elsewhere.file)?.includes(elsewhere.text);
    if (there) explained.push(`${string}: bound through ${elsewhere.file}`);
    else if (elsewhere && sourceOf(elsewhere.file) === undefined)
      explained.push(`${string}: ${elsewhere.file} is not here`);
    else differ(string, `the registry has it under ${driver.name}, no match table does`);
  }
}

function isKnown(string) {
  return DRIVERS.some((driver) => driver.compatibles.some((row) => row.name === string));
}

/** Strings of which the Arm SMMU driver makes an implementation of its own. */
function compareVariants() {
  const asked = new Set(matchTables().find((table) => table.name === VARIANT_TABLE)?.strings);
  for (const [file, text] of sources) {
    if (!VARIANT_CALLS.test(file)) continue;
    for (const [, string] of text.matchAll(/of_device_is_compatible\([^"]*"([^"]+)"\)/g)) asked.add(string);
  }
  const rows = DRIVERS.flatMap((driver) => driver.compatibles).filter((row) => row.role === 'variant');
  compareSets('variant', asked, new Set(rows.filter((row) => inVersions(version, row)).map((row) => row.name)));
}

function compareClients() {
  const table = matchTables().find((entry) => entry.name === CLIENT_TABLE);
  const rules = DRIVERS.flatMap((driver) => driver.domainRules).filter((rule) => inVersions(version, rule));
  compareSets('identity client', new Set(table?.strings), new Set(rules.flatMap((rule) => rule.clients ?? [])));
}

/** Rows of of_supplier_bindings: the property, its cells, and whether it is optional. */
function compareSuppliers() {
  const text = readFileSync(join(kernel, 'drivers/of/property.c'), 'utf8');
  const defined = new Map(
    [...text.matchAll(/^DEFINE_(?:SIMPLE|SUFFIX)_PROP\((\w+), "([^"]+)", (?:NULL|"([^"]+)")\)/gm)].map(
      ([, parser, property, cells]) => [parser, { property, cells }],
    ),
  );
  const table = /of_supplier_bindings\[\] = \{([\s\S]*?)\n\};/.exec(text)?.[1] ?? '';
  const kernelHas = new Set();
  for (const [, parser, rest] of table.matchAll(/\.parse_prop = parse_(\w+),([^}]*)\}/g)) {
    const optional = /\.optional = true/.test(rest);
    const known = defined.get(parser);
    const properties = known ? [known.property] : OWN_PARSERS[parser];
    if (!properties) differ(parser, 'a supplier binding that this script cannot read');
    for (const property of properties ?? []) kernelHas.add(supplierRow(property, known?.cells, optional));
  }
  const rows = SUPPLIER_BINDINGS.filter((row) => inVersions(version, row));
  const own = new Set(Object.values(OWN_PARSERS).flat());
  const registryHas = rows.map((row) =>
    supplierRow(row.property, own.has(row.property) ? undefined : row.cells, row.optional),
  );
  compareSets('supplier binding', kernelHas, new Set(registryHas));
}

function supplierRow(property, cells, optional) {
  return `${property}${cells ? ` with ${cells}` : ''}${optional ? ', optional' : ''}`;
}

function compareSets(what, kernelHas, registryHas) {
  for (const string of kernelHas) if (!registryHas.has(string)) differ(string, `${what} of the kernel only`);
  for (const string of registryHas) if (!kernelHas.has(string)) differ(string, `${what} of the registry only`);
}

/** The Kconfig symbol, and whether it can be a module. */
function compareOptions(driver) {
  if (driver.bus === 'none') return;
  const kconfig = ['drivers/iommu/Kconfig', 'drivers/xen/Kconfig']
    .concat(readdirSync(join(kernel, 'drivers/iommu'), { recursive: true }).map((name) => `drivers/iommu/${name}`))
    .filter((name) => name.endsWith('Kconfig') && existsSync(join(kernel, name)))
    .map((name) => readFileSync(join(kernel, name), 'utf8'))
    .join('\n');
  const type = new RegExp(`^config ${driver.config}\\n(?:\\s+#.*\\n)*\\s+(tristate|bool|def_bool)\\b`, 'm').exec(
    kconfig,
  )?.[1];
  if (type === undefined) differ(driver.name, `no Kconfig has ${driver.config}`);
  else if ((type === 'tristate') !== driver.tristate) differ(driver.name, `${driver.config} is ${type}`);
}

/** What a driver can do shows in the operations it fills in and the functions it calls. */
function compareFeatures(driver) {
  const text = driverText(driver);
  if (text === undefined) return differ(driver.name, `${driver.source} is not there`);
  const early = driver.domainsBefore?.find(({ until }) => inVersions(version, { until }));
  const domains = early?.domains ?? driver.domains;
  const noXlate = driver.noXlate !== undefined && inVersions(version, driver.noXlate);
  feature(driver, 'lazy mode', domains.includes('dma-fq'), /IOMMU_CAP_DEFERRED_FLUSH|IOMMU_DOMAIN_DMA_FQ/.test(text));
  feature(driver, 'identity', domains.includes('identity'), /identity_domain|IOMMU_DOMAIN_IDENTITY/.test(text));
  feature(driver, 'iommu-addresses', honoursReserved(driver, version), /\biommu_dma_get_resv_regions\b/.test(text));
  feature(driver, 'software MSI window', driver.msiWindow !== null, /\bMSI_IOVA_BASE\b/.test(text));
  if (noXlate) feature(driver, 'of_xlate', false, /\.of_xlate\b/.test(text));
  // Before 6.8 a driver could do without: the core asked every driver about every device of its bus.
  else if (inVersions(version, { since: GATES.mastersNeedSpec }))
    feature(driver, 'of_xlate', driver.bus !== 'none', /\.of_xlate\b/.test(text));
}

function feature(driver, what, registry, kernelHas) {
  if (registry === kernelHas) return;
  differ(driver.name, `${what}: ${registry ? 'only the registry has it' : 'only the kernel has it'}`);
}

/** The driver's file with the header beside it; s390 and PAMU register from a second file, which is not an IOMMU's. */
function driverText(driver) {
  const main = sources.get(driver.source);
  const header = sources.get(join(dirname(driver.source), `${driver.name}.h`));
  return main === undefined ? undefined : main + (header ?? '');
}

function sourceOf(file) {
  const path = join(kernel, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function differ(subject, how) {
  differences.push(`${subject}: ${how}`);
}

function report() {
  for (const line of differences) console.log(`differs   ${line}`);
  for (const line of explained) console.log(`explained ${line}`);
  const strings = matchTables().reduce((count, table) => count + table.strings.length, 0);
  console.log(
    `Linux ${version.join('.')}: ${DRIVERS.length} drivers and ${strings} strings compared, ${SUPPLIER_BINDINGS.length} supplier bindings, ` +
      `${differences.length} differences, ${explained.length} explained`,
  );
  process.exitCode = differences.length > 0 ? 1 : 0;
}
