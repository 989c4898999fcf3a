// SPDX-License-Identifier: MIT
// Does `stdout-path` lead to a console?
import { nearest } from '#base/likeness.ts';
import { replaceValue } from '#rules/edits/edits.ts';
import { repair } from '#rules/edits/repairs.ts';
import { board } from '#rules/engine/example.ts';
import { ALL_PLATFORMS, type Rule } from '#rules/engine/rule.ts';
import { lastSet, nodeByPath, strings } from '#tree/query.ts';

const stdoutPathUnknown: Rule = {
  id: 'stdout-path-unknown',
  severity: 'warning',
  platforms: ALL_PLATFORMS,
  fixable: true,
  judgement: true,
  needs: ['dtc/alias_paths'],
  title: '`stdout-path` that names no node',
  doc: `\`stdout-path\` in \`/chosen\` is the path of a node, or an alias with what follows it, up to a \`:\` and the settings of the console.
Where that leads to no node, Linux has no console of the device tree: without \`console=\` on the command line nothing is seen of its
boot, and \`earlycon\` alone finds no port. Correct the name.`,
  source: 'Linux 7.3 drivers/of/base.c:of_alias_scan, drivers/of/base.c:of_find_node_opts_by_path',
  example: {
    bad: board('aliases { serial0 = "/serial"; }; chosen { stdout-path = "serial1:115200n8"; }; serial { };'),
    good: board('aliases { serial0 = "/serial"; }; chosen { stdout-path = "serial0:115200n8"; }; serial { };'),
  },
  properties: ['stdout-path'],
  *check({ tree, text }, node) {
    const property = node.properties.get('stdout-path');
    const [value, ...more] = strings(property);
    if (node.name !== 'chosen' || node.parent !== tree.root) return;
    // A reference that names nothing is reported with it.
    if (!property || !value || more.length > 0 || property.value.references.length > 0) return;
    const [path = ''] = value.split(':', 1);
    const [, alias = '', rest = ''] = /^([^/]*)(.*)$/.exec(path) ?? [];
    const aliases = tree.root.children.get('aliases');
    const target = aliases?.properties.get(alias);
    // The alias itself is reported where it leads nowhere.
    if (alias !== '' && target && (rest === '' || target.value.references.length > 0)) return;
    const whole = alias === '' ? path : target ? `${strings(target)[0] ?? ''}${rest}` : undefined;
    if (whole !== undefined && nodeByPath(tree, whole)) return;
    const [meant] = whole === undefined ? nearest(alias, aliases?.properties.keys() ?? [], 1) : [];
    const { data } = property.value;
    yield {
      message: `stdout-path names no node${whole === undefined ? `, as there is no alias "${alias}"` : ''}; Linux takes no console from it.`,
      span: (data.length === 1 ? data[0]?.span : undefined) ?? lastSet(property).name,
      ...(meant !== undefined && {
        fix: repair(`Change "${alias}" to "${meant}"`, () =>
          replaceValue(text, property, `"${meant}${value.slice(alias.length)}"`),
        ),
      }),
    };
  },
};

export const STDOUT_PATH_RULES: readonly Rule[] = [stdoutPathUnknown];
