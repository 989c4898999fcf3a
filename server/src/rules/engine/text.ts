// SPDX-License-Identifier: MIT
// Problems that are found before any rule runs, in the text and while the tree is made: their pages and severities.
import { board } from './example.ts';
import { ALL_PLATFORMS, type Rule } from './rule.ts';

const CPP = 'the GNU C preprocessor as the kernel runs it (Linux 6.12 scripts/Makefile.lib)';
const DTC = 'dtc 1.6.1 dtc-parser.y, dtc-lexer.l';

/** A rule whose problems come with the tree or from the runner. */
function textRule(rule: Omit<Rule, 'platforms' | 'scope' | 'knows' | 'check'>): Rule {
  return { ...rule, platforms: ALL_PLATFORMS, scope: 'tree', knows: 'node', check: () => [] };
}

export const TEXT_RULES: readonly Rule[] = [
  textRule({
    id: 'syntax/error',
    severity: 'error',
    fixable: true,
    title: 'Text that dtc cannot parse',
    doc: `dtc stops and writes no blob. The error is at the place that caused it: at the end of the statement that lacks its
\`;\`, of the value that lacks its \`>\` or \`"\`, of the node that lacks its \`};\`, or at a name that no \`#define\` has. What
is around it is still analysed, but nothing is said to be missing while there is an error of this kind. Correct the text.`,
    source: DTC,
    example: { bad: board('a = <1>', 'b;'), good: board('a = <1>;', 'b;') },
  }),
  textRule({
    id: 'syntax/directive',
    severity: 'error',
    title: 'Preprocessor directive that cpp refuses',
    doc: `A \`#if\` has no \`#endif\`, a condition cannot be evaluated, a macro has no name, or the text says \`#error\`.
cpp stops and no blob is made. Correct the directive.`,
    source: CPP,
    example: { bad: `#if 1 +\n#endif\n${board()}`, good: `#if 1 + 1\n#endif\n${board()}` },
  }),
  textRule({
    id: 'syntax/include-not-found',
    severity: 'error',
    title: 'Include that is not found',
    doc: `The file is neither beside the including one nor in an include path, and cpp stops here. The rest is analysed without
it, and only what is certain is said: labels and macros that it may define are not missed, and nothing is said to be absent.
Add the folder with \`-I\`, or to \`includePaths\` of \`dt-iommu.json\` or of the settings.`,
    source: CPP,
    example: { bad: `#include "missing.dtsi"\n${board()}`, good: board() },
  }),
  textRule({
    id: 'syntax/unreadable-file',
    severity: 'error',
    title: 'File that is there and cannot be read',
    doc: `\`#include\` or \`/incbin/\` names a device, a pipe, a file without permission to read it, or one of more than 10 MB.
Devices and pipes are never opened: they could block or have no end. Name a regular file, or correct its permissions.`,
    source: `${CPP}, and ${DTC}: an error to open or read a file ends both`,
    example: { bad: board('a = /incbin/("/dev/mem");'), good: board('a = <1>;') },
  }),
  textRule({
    id: 'syntax/value',
    severity: 'error',
    title: 'Value that cannot be evaluated',
    doc: `An expression divides by zero, or a number does not fit. dtc stops or cuts the number off. Correct the expression.`,
    source: DTC,
    example: { bad: board('a = <(1 / 0)>;'), good: board('a = <(1 / 1)>;') },
  }),
  textRule({
    id: 'syntax/path-in-overlay',
    severity: 'error',
    title: 'Reference in an overlay to a path that only its base has',
    doc: `A cell refers to \`&{/path}\`, and the overlay has no such node. Fixups name labels, and have no form for paths: dtc
1.7.0 and newer refuse the overlay, older ones write a fixup that nothing can apply. Give the label of the node instead.`,
    source: 'dtc 1.7.0 livetree.c:add_fixup_entry',
    example: {
      bad: '/dts-v1/;\n/plugin/;\n&{/} {\n\tdma {\n\t\tfriend = <&{/mmc}>;\n\t};\n};\n',
      good: '/dts-v1/;\n/plugin/;\n&{/} {\n\tdma {\n\t\tfriend = <&mmc>;\n\t};\n};\n',
    },
  }),
  textRule({
    id: 'syntax/unresolved-reference',
    severity: 'error',
    title: 'Reference to a node that does not exist at this point',
    doc: `\`&label { … }\` and \`/delete-node/ &label\` change a node that must exist already at that place. dtc stops here and
writes no blob. Correct the label, or move the block behind the node.`,
    source: DTC,
    example: { bad: `${board()}&uart {\n};\n`, good: `${board('uart: serial { };')}&uart {\n};\n` },
  }),
  textRule({
    id: 'delete-nothing',
    severity: 'info',
    title: 'Deletion of something that is not there',
    doc: `\`/delete-node/\` or \`/delete-property/\` names nothing that exists at this point. dtc ignores the line without a
message. Often the name in the included file has changed, and what should go is still there under the new name.`,
    source: 'dtc 1.6.1 livetree.c:delete_property_by_name, delete_node_by_name',
    example: { bad: board('/delete-property/ model;'), good: board() },
  }),
  textRule({
    id: 'unused-ignore',
    severity: 'warning',
    title: 'Ignore comment that silences nothing',
    doc: `The rule in a \`dt-iommu-ignore\` comment reports nothing there (any more), or no rule has that name.
Delete the comment. In a file that boards include it is reported when none of them needs it: all have to be checked, or be
few enough for the editor to look at.`,
    source: 'docs/rules.md; a comment has no effect on Linux or dtc',
    example: {
      bad: board('/* dt-iommu-ignore iommus-empty: was needed once */'),
      good: board('/* dt-iommu-ignore iommus-empty: filled in by the boot loader */', 'iommus;'),
    },
  }),
];
