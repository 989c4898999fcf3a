// SPDX-License-Identifier: MIT
// Rules about the names that Xen's grant DMA had before it became an IOMMU, and the way to the present binding.
import { GATES } from '#model/platform/gates.ts';
import { isEnabled } from '#model/platform/platform.ts';
import { has } from '#model/platform/releases.ts';
import type { Platform } from '#model/platform/types.ts';
import { planned } from '#rules/edits/repairs.ts';
import { board, GRANT_DMA } from '#rules/engine/example.ts';
import type { Finding, Rule, RuleContext } from '#rules/engine/rule.ts';
import { type Migration, type MigrationPlan, planMigration } from '#rules/migrations/grant-dma.ts';
import { isGrantProvider } from '#rules/migrations/grant-dma-provider.ts';
import { lastSet } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { DtNode, DtProperty, NodeOrigin } from '#tree/types.ts';

const SOURCE =
  'Linux 5.19 drivers/xen/grant-dma-ops.c:xen_dt_grant_init_backend_domid; Documentation/devicetree/bindings/iommu/xen,grant-dma.yaml (the older names are in no release)';

interface Legacy {
  readonly id: string;
  readonly property: 'xen,backend-domid' | 'xen,dev-domid';
  readonly history: string;
}

function legacyRule({ id, property, history }: Legacy): Rule {
  const device = (binding: string): string => `virtio { compatible = "virtio,mmio"; ${binding} };`;
  return {
    id,
    severity: 'warning',
    fixable: true,
    title: `\`${property}\` instead of \`iommus\``,
    properties: [property, 'iommus'],
    knows: 'node',
    doc: `${history} No release of Linux reads it: the device does ordinary virtio, and its backend
must be able to map all memory of the guest. Since Linux 5.19 the backend's domain is the cell of an \`iommus\` entry that
names a \`xen,grant-dma\` node. The quick fix writes that. Zephyr does read \`xen,backend-domid\`; its trees are not reported.`,
    source: SOURCE,
    example: {
      bad: board(device(`${property} = <1>;`)),
      good: board(GRANT_DMA, device('iommus = <&xen_iommu 1>; dma-coherent;')),
    },
    *check(context, node) {
      const found = node.properties.get(property);
      if (found) yield legacyFinding(context, node, found);
      else yield* staleDeletion(context, node, property);
    },
  };
}

/** A board deletes the name that its shared file no longer has: what it wanted to be rid of is `iommus` now. */
function* staleDeletion({ tree, text }: RuleContext, node: DtNode, name: string): Generator<Finding> {
  const [first] = specifiers(tree, node.properties.get('iommus'), '#iommu-cells').entries;
  if (!first || !isGrantProvider(first.provider)) return;
  for (const { rule, span } of tree.problems) {
    if (rule !== 'delete-nothing' || text(span.file).slice(span.start, span.end) !== name) continue;
    const around = (origin: NodeOrigin) =>
      origin.span.file === span.file && origin.span.start < span.start && span.end < origin.span.end;
    if (!node.origins.some(around) || [...node.children.values()].some((child) => child.origins.some(around))) continue;
    yield {
      message: `\`${name}\` is not there any more, and the \`iommus\` that took its place stays: the device keeps its grants.`,
      span,
      fix: planned('Delete `iommus` instead', [{ span, text: 'iommus' }]),
    };
  }
}

function legacyFinding(context: RuleContext, node: DtNode, property: DtProperty): Finding {
  const start = `No Linux reads \`${property.name}\``;
  const span = lastSet(property).name;
  const plan = planMigration(context, node, property);
  const message = `${start}${consequence(plan)}${'edits' in plan ? shortfall(context.platform, plan) : ''}.`;
  const fix = 'edits' in plan && planned(titleOf(plan, property.name), plan.edits);
  return { message, span, tag: 'deprecated', ...(fix && { fix }) };
}

function consequence(plan: MigrationPlan): string {
  if ('refused' in plan) return `, so this device gets no grant DMA; ${plan.refused}`;
  if (plan.form === 'kept') return `; ${plan.binding} says the same already`;
  return `, so this device gets no grant DMA; since ${plan.form === 'map' ? '6.2' : '5.19'} it is ${plan.binding}`;
}

/** What the present binding does on a kernel that cannot use it. */
function shortfall({ kernelVersion, ...platform }: Platform, { form }: Migration): string {
  const release = kernelVersion.join('.');
  if (!has(kernelVersion, GATES.grants)) {
    return `, but Linux ${release} has no driver for it, and the device waits for the probe timeout and then does ordinary virtio`;
  }
  const missing = ['XEN_VIRTIO', 'XEN_GRANT_DMA_IOMMU'].find(
    (symbol) => isEnabled({ kernelVersion, ...platform }, symbol) === 'off',
  );
  if (missing !== undefined) {
    return `, but this kernel has no CONFIG_${missing}, and the device waits for the probe timeout and then does ordinary virtio`;
  }
  if (form === 'map' && !has(kernelVersion, GATES.grantsByMap)) {
    return `, which Linux ${release} reads only with the change of 6.2 backported`;
  }
  return '';
}

function titleOf({ form, macro }: Migration, property: string): string {
  if (form === 'kept') return `Delete \`${property}\``;
  const title = `Convert to \`${form === 'map' ? 'iommu-map' : 'iommus'}\` with \`xen,grant-dma\``;
  if (!macro) return title;
  return `${title} in \`${macro.name}\`, for ${macro.devices === 1 ? 'its device' : `its ${macro.devices} devices`}`;
}

export const XEN_GRANT_RULES: readonly Rule[] = [
  legacyRule({
    id: 'xen-backend-domid-legacy',
    property: 'xen,backend-domid',
    history: 'This name was proposed in May 2022 for the domain that serves a virtio device.',
  }),
  legacyRule({
    id: 'xen-dev-domid-legacy',
    property: 'xen,dev-domid',
    history: 'This name stood in the first patch series of April and May 2022 for Xen grants with virtio.',
  }),
];
