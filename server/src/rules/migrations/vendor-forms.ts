// SPDX-License-Identifier: MIT
// What vendors' kernels once read beside or instead of `iommus`, and the way from there to the present binding.
import type { TextEdit } from '#base/text.ts';
import { GATES } from '#model/platform/gates.ts';
import { has } from '#model/platform/releases.ts';
import {
  addLabel,
  freeLabel,
  insertProperty,
  removeNode,
  removeProperty,
  replaceProperty,
} from '#rules/edits/edits.ts';
import { deletion, planned } from '#rules/edits/repairs.ts';
import { board, GIC, SMMU_V3 } from '#rules/engine/example.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { iommuDriver, usesOf } from '#rules/engine/uses.ts';
import { cells, cellTarget, isLive, lastSet, pathOf, u32, walk } from '#tree/query.ts';
import type { Cell, DtNode, DtProperty } from '#tree/types.ts';

const MC = 'mc: memory-controller { compatible = "nvidia,tegra124-mc"; interrupts-extended = <&gic 1>; };';
const MC_IOMMU = MC.replace(' };', ' #iommu-cells = <1>; };');

const tegraNode: Rule = {
  id: 'tegra-smmu-legacy-node',
  severity: 'warning',
  fixable: true,
  title: 'SMMU node of the first Tegra binding',
  properties: ['nvidia,#asids'],
  knows: 'node',
  doc: `\`nvidia,tegra30-smmu\` was a node of its own until Linux 3.19. Since then the memory controller is the IOMMU, and no
driver binds this node: masters that name it wait for the deferred probe timeout. Point them to the memory controller. The
quick fix does that where their IDs are macros of a \`tegra*-mc.h\`; in other headers the same numbers mean other masters.`,
  source:
    'Linux 6.12 drivers/iommu/tegra-smmu.c:tegra_smmu_probe; Documentation/devicetree/bindings/iommu/nvidia,tegra30-smmu.txt',
  example: {
    bad: board(GIC, MC_IOMMU, 'smmu { compatible = "nvidia,tegra30-smmu"; nvidia,#asids = <4>; };'),
    good: board(GIC, MC_IOMMU),
  },
  *check(context, node) {
    const property = node.properties.get('nvidia,#asids');
    if (!property) return;
    const plan = planTegra(context, node);
    const why = 'refused' in plan ? `; there is no quick fix, because ${plan.refused}` : '';
    yield {
      message: `No driver has bound this node since Linux 3.19; the memory controller is the IOMMU${why}.`,
      span: lastSet(property).name,
      tag: 'deprecated',
      ...('edits' in plan && { fix: planned(plan.title, plan.edits) }),
    };
  },
};

type Plan = { readonly title: string; readonly edits: readonly TextEdit[] } | { readonly refused: string };

function planTegra(context: RuleContext, node: DtNode): Plan {
  const controllers = [...walk(context.tree.root)].filter(
    (each) => isLive(each) && iommuDriver(context, each)?.driver.name === 'tegra-smmu',
  );
  const [controller] = controllers;
  if (!controller || controllers.length > 1) return { refused: 'the tree has no memory controller to take its place' };
  const removed = removeNode(context.text, node);
  if (!removed) return { refused: 'the node is written at several places' };
  const users = context
    .nodesWith('iommus')
    .filter((user) => cells(context.tree, user.properties.get('iommus')).some((cell) => isAt(context, cell, node)));
  if (users.length === 0) {
    if (context.tree.phandleTargets.includes(node)) return { refused: 'something still refers to it' };
    return { title: `Delete \`${pathOf(node)}\``, edits: [removed] };
  }
  const count = controller.properties.get('#iommu-cells');
  if (count && u32(count) !== 1) return { refused: `\`#iommu-cells\` of \`${pathOf(controller)}\` is not 1` };
  const known = controller.labels[0]?.name;
  const label = known ?? freeLabel(context.tree.labels, 'mc');
  const head = known === undefined ? addLabel(controller, label) : undefined;
  const cell = count ? undefined : insertProperty(context.text, controller, { name: '#iommu-cells', value: '<1>' });
  const edits = [removed, ...(head ? [head] : []), ...(cell ? [cell] : [])];
  for (const user of users) {
    const list = cells(context.tree, user.properties.get('iommus'));
    for (const [at, phandle] of list.entries()) {
      if (!isAt(context, phandle, node)) continue;
      const id = list[at + 1];
      if (!id || !isOfController(context, id)) {
        return {
          refused: `the ID of \`${pathOf(user)}\` is not a macro of a \`tegra*-mc.h\`, and older numbers were others`,
        };
      }
      edits.push({ span: phandle.span, text: `&${label}` });
    }
  }
  return { title: `Point its masters to \`${pathOf(controller)}\``, edits };
}

function isAt({ tree, text }: RuleContext, cell: Cell, node: DtNode): boolean {
  return cellTarget(tree, cell) === node && /^&\w+$/.test(text(cell.span.file).slice(cell.span.start, cell.span.end));
}

function isOfController({ tree, text }: RuleContext, { span }: Cell): boolean {
  const name = text(span.file).slice(span.start, span.end);
  const [definition] = tree.macros.history(name);
  return /\/tegra\d+-mc\.h$/.test(definition?.span?.file ?? '');
}

const memoryClients: Rule = {
  id: 'tegra-memory-clients-ignored',
  severity: 'info',
  fixable: true,
  title: '`nvidia,memory-clients`, which no Linux reads',
  properties: ['nvidia,memory-clients'],
  knows: 'node',
  doc: `Kernels of NVIDIA named the masters of the Tegra SMMU by \`nvidia,memory-clients\` before \`iommus\` existed, and trees copied
from them still have it. No release of Linux reads it: a device with nothing else gets direct DMA. Its numbers are not those
of \`iommus\`, so the quick fix only deletes it beside an \`iommus\`.`,
  source:
    'Linux 6.12: no driver and no binding has the name; drivers/iommu/tegra-smmu.c:tegra_smmu_of_xlate reads `iommus`',
  example: {
    bad: board(SMMU_V3, 'serial { compatible = "vendor,uart"; iommus = <&smmu 4>; nvidia,memory-clients = <14>; };'),
    good: board(SMMU_V3, 'serial { compatible = "vendor,uart"; iommus = <&smmu 4>; };'),
  },
  *check(context, node) {
    const property = node.properties.get('nvidia,memory-clients');
    if (!property) return;
    const hasIommus = node.properties.has('iommus');
    yield {
      message: `No Linux reads \`nvidia,memory-clients\`${hasIommus ? '; what counts is `iommus`' : ', and without `iommus` the device gets no IOMMU'}.`,
      span: lastSet(property).name,
      tag: 'unnecessary',
      ...(hasIommus && { fix: deletion(context, property) }),
    };
  },
};

const LARB = 'larb: larb { compatible = "mediatek,mt8173-smi-larb"; };';

const larbOnMaster: Rule = {
  id: 'mtk-larb-on-master',
  severity: 'info',
  fixable: true,
  title: '`mediatek,larb` on a master of the M4U, which no Linux reads any more',
  properties: ['mediatek,larb'],
  knows: 'node',
  doc: `\`mediatek,larb\` named the local arbiter of a master, so that its driver could switch that on. Linux 6.12 derives the
larb from the ID in \`iommus\` and links the two devices itself; neither a driver nor a binding has the property. Delete it.`,
  source: 'Linux 6.12 drivers/iommu/mtk_iommu.c:mtk_iommu_probe_device',
  example: {
    bad: board(SMMU_V3, LARB, 'dma { compatible = "vendor,codec"; iommus = <&smmu 4>; mediatek,larb = <&larb>; };'),
    good: board(SMMU_V3, LARB, 'dma { compatible = "vendor,codec"; iommus = <&smmu 4>; };'),
  },
  *check(context, node) {
    const property = node.properties.get('mediatek,larb');
    if (!property || !has(context.platform.kernelVersion, GATES.larbsFromIds)) return;
    const mapped = usesOf(context, node).length > 0 || node.properties.has('iommus');
    yield {
      message: mapped
        ? 'Linux takes the larb from the ID in `iommus`; nothing reads `mediatek,larb`.'
        : 'Nothing reads `mediatek,larb`, and without `iommus` the device gets no IOMMU.',
      span: lastSet(property).name,
      tag: 'unnecessary',
      ...(mapped && { fix: deletion(context, property) }),
    };
  },
};

const SYSMMU =
  'sysmmu: sysmmu { compatible = "samsung,exynos-sysmmu"; clocks = <&clock>; clock-names = "sysmmu"; interrupts-extended = <&gic 1>;';
const CLOCK = 'clock: clock { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <1000>; };';

const exynosMasters: Rule = {
  id: 'exynos-mmu-masters',
  severity: 'warning',
  fixable: true,
  title: '`mmu-masters` of a Samsung System MMU, which no Linux reads any more',
  properties: ['mmu-masters'],
  knows: 'board',
  doc: `The first binding of Samsung's System MMU named its masters by \`mmu-masters\`. The driver of Linux 6.12 does not read
it: the masters get direct DMA. Write \`#iommu-cells = <0>\` on the System MMU and \`iommus\` on every master.`,
  source:
    'Linux 6.12 drivers/iommu/exynos-iommu.c:exynos_iommu_of_xlate; Documentation/devicetree/bindings/iommu/samsung,sysmmu.yaml',
  example: {
    bad: board(GIC, CLOCK, `${SYSMMU} mmu-masters = <&fimd>; };`, 'fimd: display { compatible = "vendor,fimd"; };'),
    good: board(
      GIC,
      CLOCK,
      `${SYSMMU} #iommu-cells = <0>; };`,
      'fimd: display { compatible = "vendor,fimd"; iommus = <&sysmmu>; };',
    ),
  },
  *check(context, node) {
    const property = node.properties.get('mmu-masters');
    if (!property || iommuDriver(context, node)?.driver.name !== 'exynos') return;
    const edits = planExynos(context, node, property);
    yield {
      message: 'The driver of this System MMU does not read `mmu-masters`; the masters that it names get direct DMA.',
      span: lastSet(property).name,
      tag: 'deprecated',
      ...(edits && { fix: planned('Convert to `iommus` on every master', edits) }),
    };
  },
};

/** `undefined` where a master has `iommus` already, or does not stand in the file of its System MMU. */
function planExynos(context: RuleContext, node: DtNode, property: DtProperty): TextEdit[] | undefined {
  const { file } = lastSet(property).span;
  const label = node.labels[0]?.name;
  const cellsProperty = node.properties.get('#iommu-cells');
  if (label === undefined || property.origins.length > 1 || (cellsProperty && u32(cellsProperty) !== 0))
    return undefined;
  const edits = cellsProperty
    ? removeProperty(context.text, property)
    : [replaceProperty(context.text, property, { name: '#iommu-cells', value: '<0>' })];
  for (const cell of cells(context.tree, property)) {
    const master = cellTarget(context.tree, cell);
    const block = master?.origins.find((origin) => origin.kind === 'open' && origin.span.file === file);
    if (!master || !block || master.properties.has('iommus')) return undefined;
    const edit = insertProperty(context.text, master, { name: 'iommus', value: `<&${label}>` }, block);
    if (!edit) return undefined;
    edits.push(edit);
  }
  return edits;
}

export const LEGACY_VENDOR_RULES: readonly Rule[] = [tegraNode, memoryClients, larbOnMaster, exynosMasters];
