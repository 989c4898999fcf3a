// SPDX-License-Identifier: MIT
// The driver that Linux binds to a supplier (or sets it up with before devices exist), and whether this kernel has it.
import { driverFor } from '#model/drivers/index.ts';
import { driverState, type Enabled, isEnabled } from '#model/platform/platform.ts';
import type { Platform } from '#model/platform/types.ts';
import { compatibles } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { SUPPLIER_DRIVERS } from './supplier-drivers.generated.ts';

export interface SupplierDriver {
  /** Kconfig symbol without `CONFIG_`; absent: always built. */
  readonly symbol?: string;
  /** The string of the node that it goes by. */
  readonly compatible: string;
  readonly state: Enabled;
  /** It sets the node up before devices exist: nobody ever waits for the node. */
  readonly early: boolean;
}

interface Row {
  readonly symbol: string;
  readonly early: boolean;
  /** The function of Linux that then takes the node, so that no device is made for it. */
  readonly taker?: string;
}

const TAKERS: Readonly<Record<string, string>> = {
  clk: 'drivers/clk/clk.c:of_clk_init',
  irq: 'drivers/of/irq.c:of_irq_init',
};

const ROWS = new Map<string, Row[]>();
for (const [key, strings] of Object.entries(SUPPLIER_DRIVERS)) {
  const [symbol = '', mark] = key.split('*');
  const taker = TAKERS[mark ?? ''];
  const row = { symbol, early: mark !== undefined, ...(taker !== undefined && { taker }) };
  for (const string of strings.split(' ')) ROWS.set(string, [...(ROWS.get(string) ?? []), row]);
}

/** What a reader would rather hear of, where several drivers know a node. */
const PREFERENCE: readonly Enabled[] = ['builtin', 'unknown', 'module', 'off'];

/** `undefined`: no driver of Linux 6.12 that a supplier on its boards has is known for any string of the node. */
export function supplierDriver(platform: Platform, node: DtNode): SupplierDriver | undefined {
  if (isStub(platform, node)) return { compatible: 'arm,gic-v3', state: 'builtin', early: true };
  const iommu = node.properties.has('#iommu-cells') ? driverFor(node, platform.kernelVersion) : undefined;
  if (iommu) {
    const { driver, compatible } = iommu;
    const state = driverState(platform, driver);
    return { symbol: driver.config, compatible: compatible.name, state, early: false };
  }
  const found = compatibles(node).flatMap((compatible) =>
    (ROWS.get(compatible) ?? []).map((row) => known(platform, compatible, row)),
  );
  const state = PREFERENCE.find((wanted) => found.some((driver) => driver.state === wanted));
  const built = found.filter((driver) => driver.state === state);
  return built.find(({ early }) => early) ?? built[0];
}

/** In a partial tree `/gic` stands for the controller that Xen gives the guest (domain_handle_dtb_bootmodule). */
function isStub({ kind }: Platform, node: DtNode): boolean {
  const atRoot = node.parent !== undefined && node.parent.parent === undefined;
  return kind === 'xen-domu' && atRoot && node.name === 'gic' && !node.properties.has('compatible');
}

/** What sets a node up before devices exist and takes it: the string, and the function of Linux. */
export function takenEarly(platform: Platform, node: DtNode): { compatible: string; taker: string } | undefined {
  for (const compatible of compatibles(node)) {
    for (const row of ROWS.get(compatible) ?? []) {
      if (row.taker === undefined || (row.taker === TAKERS.irq && !node.properties.has('interrupt-controller')))
        continue;
      const { state } = known(platform, compatible, row);
      if (state === 'builtin' || state === 'unknown') return { compatible, taker: row.taker };
    }
  }
  return undefined;
}

function known(platform: Platform, compatible: string, { symbol, early }: Row): SupplierDriver {
  if (symbol === 'y') return { compatible, state: 'builtin', early };
  const state = isEnabled(platform, symbol);
  return { symbol, compatible, state: state === 'off' && !isWhole(platform) ? 'unknown' : state, early };
}

const ARCHITECTURES = ['ARM64', 'ARM', 'RISCV', 'PPC', 'MIPS', 'X86'];

/** A defconfig leaves out what is selected or on by default: only a whole `.config` says that something is off. */
function isWhole({ kernelConfig }: Platform): boolean {
  return ARCHITECTURES.some((symbol) => kernelConfig?.get(symbol) === 'y');
}
