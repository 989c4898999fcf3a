// SPDX-License-Identifier: MIT
// IDs in `iommus` that are bare numbers although the chip's header has a name for them: a refactoring, not a mistake.
import type { TextEdit } from '#base/text.ts';
import { lineEnd } from '#rules/edits/edits.ts';
import { planned } from '#rules/edits/repairs.ts';
import { board, GIC } from '#rules/engine/example.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { usesOf } from '#rules/engine/uses.ts';
import { constantsOf } from '#tree/header-constants.ts';
import { compatibles } from '#tree/query.ts';
import type { Cell, DtNode } from '#tree/types.ts';

/** Which header of `dt-bindings/memory/` names the IDs of an IOMMU, by its `compatible`; `names`: which of its macros. */
const HEADERS: readonly { readonly compatible: RegExp; readonly header: string; readonly names: RegExp }[] = [
  { compatible: /^mediatek,mt(2701|7623)-m4u$/, header: 'mt2701-larb-port.h', names: /^MT2701_M4U_PORT_/ },
  {
    compatible: /^mediatek,mt(2712|6779|6795|8167|8173|8183|8192)-m4u$/,
    header: 'mt$1-larb-port.h',
    names: /^M4U_PORT_/,
  },
  { compatible: /^mediatek,mt(8186)-iommu-mm$/, header: 'mt$1-memory-port.h', names: /^(M4U|IOMMU)_PORT_/ },
  { compatible: /^mediatek,mt(8195)-iommu-v[dp][op]$/, header: 'mt$1-memory-port.h', names: /^M4U_PORT_/ },
  { compatible: /^mediatek,mt(8195)-iommu-infra$/, header: 'mt$1-memory-port.h', names: /^IOMMU_PORT_INFRA_/ },
  { compatible: /^mediatek,mt(8188)-iommu-v[dp][op]$/, header: 'mediatek,mt$1-memory-port.h', names: /^M4U_PORT_/ },
  { compatible: /^mediatek,mt(8365)-m4u$/, header: 'mediatek,mt$1-larb-port.h', names: /^M4U_PORT_/ },
  { compatible: /^nvidia,tegra132-mc$/, header: 'tegra124-mc.h', names: /^TEGRA_SWGROUP_/ },
  { compatible: /^nvidia,tegra(30|114|124|210)-mc$/, header: 'tegra$1-mc.h', names: /^TEGRA_SWGROUP_/ },
  { compatible: /^nvidia,tegra(186|194|234)-smmu$/, header: 'tegra$1-mc.h', names: /^TEGRA\d+_SID_/ },
];

interface NamedId {
  readonly cell: Cell;
  readonly name: string;
  /** What brings the header in, where the file does not have it. */
  readonly include: readonly TextEdit[];
}

function example(id: string): string {
  const text = board(
    GIC,
    'smi: smi { compatible = "mediatek,mt8183-smi-common"; };',
    'larb: larb { compatible = "mediatek,mt8183-smi-larb"; mediatek,smi = <&smi>; };',
    'm4u: iommu { compatible = "mediatek,mt8183-m4u"; #iommu-cells = <1>; mediatek,larbs = <&larb>; interrupts-extended = <&gic 1>; };',
    `ovl { compatible = "vendor,ovl"; iommus = <&m4u ${id}>; };`,
  );
  const header = 'dt-bindings/memory/mt8183-larb-port.h';
  return `//- /board.dts\n#include <${header}>\n${text}\n//- /include/${header}\n#define M4U_PORT_DISP_OVL0 0\n`;
}

const rawId: Rule = {
  id: 'iommus-unnamed-id',
  severity: 'hint',
  fixable: true,
  title: 'Number in `iommus` for which the chip has a name',
  properties: ['iommus'],
  knows: 'node',
  doc: `The ID is written as a number, and the header of the chip in \`dt-bindings/memory/\` has a macro of that value. The blob
is the same; the name says which master it is, and a reviewer can check it. The quick fix writes the name, and adds the
\`#include\` to the file where it is missing. An ID for which the header has two names is not reported.`,
  source: 'Linux 6.12 Documentation/devicetree/bindings/iommu/mediatek,iommu.yaml; include/dt-bindings/memory/',
  example: { bad: example('0'), good: example('M4U_PORT_DISP_OVL0') },
  *check(context, node) {
    for (const { cell, name, include } of namedIds(context, node)) {
      yield {
        message: `The header of this chip calls the ID ${cell.value} \`${name}\`.`,
        span: cell.span,
        fix: planned(`Write \`${name}\``, [...include, { span: cell.span, text: name }]),
      };
    }
  },
};

function namedIds(context: RuleContext, node: DtNode): NamedId[] {
  const found: NamedId[] = [];
  for (const { via, provider, args } of usesOf(context, node)) {
    const [cell] = args;
    if (via !== 'iommus' || !cell || !isNumber(context, cell)) continue;
    const row = rowOf(provider);
    const name = row && nameOf(context, row, cell.value);
    if (name === undefined) continue;
    const include = includeEdit(context.text(cell.span.file), cell.span.file, row?.header ?? '');
    if (include) found.push({ cell, name, include });
  }
  return found;
}

function isNumber({ text }: RuleContext, { span }: Cell): boolean {
  return /^(0x[\da-f]+|\d+)$/i.test(text(span.file).slice(span.start, span.end));
}

function rowOf(provider: DtNode): { readonly header: string; readonly names: RegExp } | undefined {
  for (const each of compatibles(provider)) {
    const row = HEADERS.find(({ compatible }) => compatible.test(each));
    if (row) return { header: `dt-bindings/memory/${each.replace(row.compatible, row.header)}`, names: row.names };
  }
  return undefined;
}

const constants = new WeakMap<RuleContext, Map<string, ReadonlyMap<string, number>>>();

function headerOf(context: RuleContext, name: string): ReadonlyMap<string, number> {
  const memo = constants.get(context) ?? new Map<string, ReadonlyMap<string, number>>();
  constants.set(context, memo);
  const known = memo.get(name) ?? constantsOf(name, (each) => context.header(each));
  memo.set(name, known);
  return known;
}

/** The only name that the header has for the value; `undefined` where the board cannot include it. */
function nameOf(
  context: RuleContext,
  { header, names }: { readonly header: string; readonly names: RegExp },
  value: number,
): string | undefined {
  const [name, ...others] = [...headerOf(context, header)]
    .filter(([each, known]) => known === value && names.test(each))
    .map(([each]) => each);
  return others.length === 0 ? name : undefined;
}

/** Nothing where the file has the include; else a line in the order of the alphabet; `undefined` without any include. */
function includeEdit(source: string, file: string, header: string): TextEdit[] | undefined {
  const lines = [...source.matchAll(/^[ \t]*#[ \t]*include[ \t]*[<"]([^>"\n]+)[>"][^\n]*\n/gm)];
  if (lines.some(([, name]) => name === header)) return [];
  const bindings = lines.filter(([, name]) => name?.startsWith('dt-bindings/'));
  const [first] = bindings;
  if (!first) return undefined;
  const before = bindings.filter(([, name]) => (name ?? '') < header).at(-1);
  const at = before ? before.index + before[0].length : first.index;
  return [{ span: { file, start: at, end: at }, text: `#include <${header}>${lineEnd(source)}` }];
}

export const NAMED_ID_RULES: readonly Rule[] = [rawId];
