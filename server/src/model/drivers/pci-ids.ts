// SPDX-License-Identifier: MIT
// What a PCI function's vendor and device number say about its DMA: what kind of bridge it is, and the requester IDs it uses.
import { compatibles } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';

/**
 * `port`: a PCI Express root or switch port, which passes IDs on. `to-pci`: from PCI Express to PCI; what comes from
 * below carries device 0 of its secondary bus. `conventional`: what comes from below carries the bridge's own ID.
 */
export type BridgeKind = 'port' | 'to-pci' | 'conventional';

/** By `vendor:device`; drivers/pci/search.c:pci_for_each_dma_alias tells the kinds apart by their capability registers. */
const BRIDGES: Readonly<Record<string, BridgeKind>> = {
  '104c:8231': 'to-pci',
  '104c:8232': 'port',
  '104c:8233': 'port',
  '104c:8240': 'to-pci',
  '10b5:8112': 'to-pci',
  '10b5:8605': 'port',
  '1b36:1': 'conventional',
  '1b36:c': 'port',
  '1b36:e': 'to-pci',
  '8086:3420': 'port',
};

/** Bridges of kind `to-pci` without the capability; on the root bus they look conventional (quirk_use_pcie_bridge_dma_alias). */
const SILENT_TO_PCI: readonly string[] = ['10e3:8113', '1283:8892', '1283:8893', '1b21:1080', '8086:244e'];

/** Functions that use the ID of function 0 or 1 of their device, too (drivers/pci/quirks.c:quirk_dma_func0_alias and its kin). */
const OTHER_FUNCTION: Readonly<Record<string, 0 | 1>> = {
  '1180:e476': 0,
  '1180:e832': 0,
  '6766:3d40': 0,
  '6766:3d41': 0,
  '1103:642': 1,
  '1103:645': 1,
  '197b:2392': 1,
  '1b4b:9120': 1,
  '1b4b:9123': 1,
  '1b4b:9125': 1,
  '1b4b:9128': 1,
  '1b4b:9130': 1,
  '1b4b:9170': 1,
  '1b4b:9172': 1,
  '1b4b:917a': 1,
  '1b4b:9182': 1,
  '1b4b:9183': 1,
  '1b4b:91a0': 1,
  '1b4b:9215': 1,
  '1b4b:9220': 1,
  '1b4b:9230': 1,
  '1b4b:9235': 1,
  '1c28:122': 1,
};

/** `1b36:e` of `compatible = "pci1b36,e"`, also of `pciex1b36,e` and with more numbers behind it. */
function pciId(node: DtNode): string | undefined {
  for (const name of compatibles(node)) {
    const found = /^pci(?:ex)?([0-9a-f]{1,4}),([0-9a-f]{1,4})(?:[.,]|$)/.exec(name);
    if (found?.[1] === undefined || found[2] === undefined) continue;
    return `${Number.parseInt(found[1], 16).toString(16)}:${Number.parseInt(found[2], 16).toString(16)}`;
  }
  return undefined;
}

/** What the node's PCI ID says about a bridge; `undefined`: nothing that is known here. */
export function bridgeKind(node: DtNode, onRootBus: boolean): BridgeKind | undefined {
  const id = pciId(node);
  if (id === undefined) return undefined;
  if (SILENT_TO_PCI.includes(id)) return onRootBus ? 'conventional' : 'to-pci';
  return BRIDGES[id];
}

/** The function of the same device whose requester ID the function uses beside its own. */
export function otherFunction(node: DtNode): 0 | 1 | undefined {
  const id = pciId(node);
  return id === undefined ? undefined : OTHER_FUNCTION[id];
}
