// SPDX-License-Identifier: MIT
// Rules about the Renesas IPMMU: the root that serves no masters, the masters that Linux lets through, its references.
import { deviceName } from '#model/devices/device-name.ts';
import { iommuState } from '#model/iommu/state.ts';
import { machineOf } from '#model/platform/machine.ts';
import { board, GIC } from '#rules/engine/example.ts';
import { outcome } from '#rules/engine/outcome.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { iommuDriver, isXens, usesOf } from '#rules/engine/uses.ts';
import { isLive, lastSet, nodeSpan, pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';

const SOURCE = 'Linux 6.12 drivers/iommu/ipmmu-vmsa.c';

const POWER = 'sysc: power { #power-domain-cells = <1>; };';
const ROOT = `${GIC}\n\t${POWER}\n\tmain: iommu-main { compatible = "renesas,ipmmu-r8a7795"; #iommu-cells = <1>; interrupts-extended = <&gic 1>; power-domains = <&sysc 0>; };`;

/** A cache IPMMU of Gen3 below the root of {@link ROOT}. */
function cache(properties: string): string {
  return `ipmmu: iommu { compatible = "renesas,ipmmu-r8a7795"; #iommu-cells = <1>; ${properties} };`;
}

const GOOD_CACHE = cache('renesas,ipmmu-main = <&main 0>; power-domains = <&sysc 0>;');

/** The generation of an IPMMU (`rcar-gen3`), `undefined` for every other node. */
function generation(context: RuleContext, node: DtNode): string | undefined {
  const match = iommuDriver(context, node);
  return match?.driver.name === 'ipmmu-vmsa' ? (match.traits.implementation ?? undefined) : undefined;
}

const rootReferenced: Rule = {
  id: 'ipmmu-root-referenced',
  severity: 'error',
  title: '`iommus` that points to the root IPMMU',
  properties: ['iommus'],
  doc: `On R-Car Gen3 and Gen4 the IPMMU without \`renesas,ipmmu-main\` serves only the cache IPMMUs; Linux does not register it.
A master that names it waits until the deferred probe timeout and then gets direct DMA. Point to the cache IPMMU of the
master's bus.`,
  source: `${SOURCE}:ipmmu_probe`,
  example: {
    bad: board(ROOT, 'dma { iommus = <&main 4>; };'),
    good: board(ROOT, GOOD_CACHE),
  },
  *check(context, node) {
    const machine = machineOf(context.tree, context.platform);
    for (const use of usesOf(context, node)) {
      if (!generation(context, use.provider) || !isLive(use.provider) || isXens(context, use.provider)) continue;
      const { registration } = iommuState(machine, use.provider);
      if (registration.kind !== 'never' || registration.reason !== 'not-registered') continue;
      yield {
        message: `\`${pathOf(use.provider)}\` is the root IPMMU, which Linux does not register for masters; ${outcome(context, node, 'defer->direct')}.`,
        span: use.phandle.span,
      };
      return;
    }
  },
};

const notAllowed: Rule = {
  id: 'ipmmu-not-allowlisted',
  severity: 'hint',
  title: 'Master that Linux does not let use its IPMMU',
  properties: ['iommus'],
  needs: ['ipmmu-root-referenced'],
  doc: `On R-Car Gen3, Gen4 and RZ/G2, Linux lets only four SD controllers and PCI functions use an IPMMU; on some chips
no device does. Others get direct DMA at once and without a message. The tree is right; Linux does not use it yet.`,
  source: `${SOURCE}:ipmmu_device_is_allowed`,
  example: {
    bad: board(ROOT, GOOD_CACHE, 'dma { iommus = <&ipmmu 4>; };'),
    good: board(ROOT, GOOD_CACHE),
  },
  *check(context, node) {
    const machine = machineOf(context.tree, context.platform);
    for (const use of usesOf(context, node)) {
      const filter =
        use.via === 'iommus' && isLive(use.provider)
          ? iommuDriver(context, use.provider)?.driver.clientFilter
          : undefined;
      const kind = generation(context, use.provider);
      if (!filter || !kind || !filter.implementations.includes(kind) || isXens(context, use.provider)) continue;
      const name = deviceName(machine, node);
      if (filter.devices.includes(name)) continue;
      yield {
        message: `\`${name}\` is not among the devices that the IPMMU driver lets through; Linux gives it direct DMA.`,
        span: lastSet(use.property).name,
      };
      return;
    }
  },
};

const mainFormat: Rule = {
  id: 'ipmmu-main-format',
  severity: 'warning',
  title: '`renesas,ipmmu-main` that does not fit the generation',
  properties: ['renesas,ipmmu-main'],
  knows: 'all',
  doc: `On Gen3 \`renesas,ipmmu-main\` has the root IPMMU and the number of the interrupt bit, on Gen4 the root alone; and an
IPMMU has either this property or \`interrupts\`. Linux looks only whether the property is there; Xen and other readers of
the binding use the value. Write it as the binding says.`,
  source: 'Linux 6.12 Documentation/devicetree/bindings/iommu/renesas,ipmmu-vmsa.yaml',
  example: {
    bad: board(ROOT, cache('renesas,ipmmu-main = <&main>; power-domains = <&sysc 0>;')),
    good: board(ROOT, GOOD_CACHE),
  },
  *check(context, node) {
    const property = node.properties.get('renesas,ipmmu-main');
    const kind = generation(context, node);
    if (!property || (kind !== 'rcar-gen3' && kind !== 'rcar-gen4')) return;
    const wanted = kind === 'rcar-gen3' ? 2 : 1;
    const span = lastSet(property).name;
    const found = property.value.bytes.length / 4;
    if (found !== wanted) {
      const message = `\`renesas,ipmmu-main\` has ${found} cells, and the binding of this generation asks for ${wanted}; Linux does not look.`;
      yield { message, span };
    } else if (node.properties.has('interrupts') || node.properties.has('interrupts-extended')) {
      yield { message: 'A cache IPMMU has no interrupt of its own; Linux uses the one of the root.', span };
    }
  },
};

const powerDomains: Rule = {
  id: 'ipmmu-power-domains',
  severity: 'warning',
  title: 'IPMMU without `power-domains`',
  properties: ['#iommu-cells'],
  knows: 'all',
  doc: `From R-Car Gen3 on an IPMMU lies in a power domain, and the binding requires \`power-domains\`. Without it Linux does
not keep the domain on: accessing the registers may hang. Add it.`,
  source: 'Linux 6.12 Documentation/devicetree/bindings/iommu/renesas,ipmmu-vmsa.yaml',
  example: {
    bad: board(ROOT, cache('renesas,ipmmu-main = <&main 0>;')),
    good: board(ROOT, GOOD_CACHE),
  },
  *check(context, node) {
    const kind = generation(context, node);
    if (!kind || kind === 'rcar-gen2' || node.properties.has('power-domains') || !isLive(node)) return;
    yield { message: 'This IPMMU names no power domain; Linux does not keep it powered.', span: nodeSpan(node) };
  },
};

export const RENESAS_RULES: readonly Rule[] = [rootReferenced, notAllowed, mainFormat, powerDomains];
