// SPDX-License-Identifier: MIT
// Xen grant DMA on guests: the facts of G10 and G11 (linux-dma.md), read from drivers/xen/grant-dma-ops.c.
import { expect, test } from 'vitest';
import { board, configured, line, reportAt, verdicts } from '#test/support/reports.ts';

const mmio = board('grant-dma/guest-mmio.dts');
const pci = board('grant-dma/guest-pci.dts');
const guest = { kind: 'xen-domu' } as const;

test('virtio-mmio: only `iommus` to a xen,grant-dma node gives grants', () => {
  expect(verdicts(mmio, guest)).toMatchInlineSnapshot(`
    "/hypervisor  direct
    /virtio@2000000  xen-grant  backend-domid 0x1  coherent  domain 1
    /virtio@2000200  direct  coherent
    /virtio@2000400  direct  coherent
    /virtio@2000600  direct  coherent
    /timer@3000000  direct
    /xen_iommu  direct"
  `);
});

test('virtio-pci: the backend follows the requester ID through the map', () => {
  const fn = (path: string, rid: number) => line(reportAt(pci, path, { ...guest, rid }));
  expect(
    [fn('/pcie@33000000', 8), fn('/pcie@33000000', 0x12), fn('/pcie@33000000', 0x18)].join('\n'),
  ).toMatchInlineSnapshot(`
    "/pcie@33000000  xen-grant  backend-domid 0x1  coherent  domain 1  ?
    /pcie@33000000  xen-grant  backend-domid 0x7  coherent  domain 7  ?
    /pcie@33000000  direct  coherent"
  `);
  expect([fn('/pcie@35000000', 0), fn('/pcie@35000000', 0xf7)].join('\n')).toMatchInlineSnapshot(`
    "/pcie@35000000  xen-grant  backend-domid 0x1  coherent  domain 1  ?
    /pcie@35000000  xen-grant  backend-domid 0x1  coherent  domain 1  ?"
  `);
});

test('without the stub driver the probe waits first, grants come all the same', () => {
  const config = configured('MODULES=y', 'XEN=y', 'XEN_VIRTIO=y', 'XEN_GRANT_DMA_OPS=y');
  const report = reportAt(mmio, '/virtio@2000000', { ...guest, ...config });
  expect(report).toMatchObject({
    verdict: 'xen-grant',
    xen: { backendDomid: 1 },
    deferred: { on: '/xen_iommu', reason: 'not-built', seconds: 10 },
    log: ['virtio-mmio 2000000.virtio: deferred probe timeout, ignoring dependency'],
  });
});

test('without Xen’s virtio code the IOMMU is waited for, then DMA is direct', () => {
  expect(reportAt(mmio, '/virtio@2000000', { ...guest, ...configured('MODULES=y', 'XEN=y') })).toMatchObject({
    verdict: 'defer->direct',
    xen: null,
  });
});

test('releases: 5.19 for mmio, 6.2 for PCI', () => {
  expect(reportAt(mmio, '/virtio@2000000', { ...guest, kernelVersion: [5, 18] }).verdict).toBe('defer->direct');
  expect(reportAt(pci, '/pcie@33000000', { ...guest, rid: 8, kernelVersion: [6, 1] }).verdict).toBe('direct');
});

test('the reasons of a granted device', () => {
  const report = reportAt(mmio, '/virtio@2000000', guest);
  expect(report.steps.map(({ text }) => text)).toMatchInlineSnapshot(`
    [
      "Linux makes a platform device, whose bus sets up its DMA.",
      "\`dma-ranges\` is absent on the way from \`/\` to the root: bus addresses are CPU addresses, without a limit.",
      "\`dma-coherent\` on \`/virtio@2000000\`: its DMA is coherent with the CPU caches.",
      "\`iommus\` entry 0 names \`/xen_iommu\`, but its driver xen-grant-dma has no of_xlate in this Linux and takes no masters: Linux continues without an IOMMU.",
      "When the virtio device negotiates its features, Linux reads \`iommus\` entry 0 again: \`/xen_iommu\` is "xen,grant-dma", and the backend is domain 1.",
      "A DMA address is bit 63, the grant reference from bit 12 on, and the offset in the page; domain 1 reaches only granted pages.",
      "The device must offer VIRTIO_F_VERSION_1 and VIRTIO_F_ACCESS_PLATFORM, or its probe fails.",
      "The kernel is assumed to have CONFIG_XEN_VIRTIO; without it the device would use guest physical addresses.",
    ]
  `);
});
