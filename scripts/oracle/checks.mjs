// SPDX-License-Identifier: MIT
// Compares the findings of our `dtc/…` rules with what dtc says: check, node and line of each.
import { normalize, relative } from 'node:path';

/**
 * Every way in which our findings differ from dtc's on purpose. `ours` and `dtcs` say whether an entry that only one of
 * both has belongs to it; `context` knows the tree.
 */
export const explained = [
  {
    why: 'dtc 1.6.1 crashes on an endpoint in the root, and has no check for it',
    ours: ({ check }) => check === 'graph_nodes',
  },
  {
    why: 'an overlay says only a part: what its target has is not known, so checks that need the board are silent',
    dtcs: (_entry, { plugin }) => plugin,
  },
  {
    why: 'dtc counts deleted children when it asks whether a node has any',
    dtcs: ({ check, node }, { childless }) => check === 'avoid_unnecessary_addr_size' && childless(node),
  },
  {
    why: 'Linux takes 0 where an interrupt parent has no `#address-cells`, which dtc 1.8 reports and the build of Linux switches off',
    dtcs: ({ check, text }) => check === 'interrupt_map' && text.includes('using 0 as fallback'),
  },
  {
    why: 'the toolstack of Xen gives partial trees their `interrupt-parent`',
    dtcs: ({ text }, { has }) => text === 'Missing interrupt-parent' && has('/passthrough'),
  },
  {
    why: '`check` does not see what is omitted; `compile` refuses it',
    dtcs: ({ check, text }, { has }) =>
      check === 'duplicate_label' && / on (\/\S+) and /.exec(text) && !has(/ on (\/\S+) and /.exec(text)[1]),
  },
];

/**
 * Findings of dtc for which ours stands at another line, where the repair is: dtc points to the node and we to what is
 * wrong inside it; or dtc points to the count or the range that a provider has, and we to what does not fit it;
 * or dtc points to the first of two properties, and we to the second.
 */
const elsewhere = [
  ({ check }) => check === 'phandle_references' || check === 'path_references',
  ({ check, text }) => check === 'alias_paths' && text.includes('lowercase'),
  ({ check, text }) => check.endsWith('_property') && text.startsWith('Missing property'),
  ({ check, property }) => check === 'interrupts_property' && property === '#interrupt-cells',
  ({ check }) => check === 'pci_device_bus_num' || check === 'graph_nodes',
  ({ check }) => check === 'duplicate_property_names',
  ({ check, text }) => check === 'interrupt_map' && text.startsWith('Missing property'),
];

const pattern = /^(.+?):(\d+)\.\d+-(?:\d+\.)?\d+: (?:Warning|ERROR) \((\w+)\): (\/[^\s:]*)(?::([^\s:]+))?: (.*)$/;
const prerequisite = /\((\w+)\): Failed prerequisite/;

/**
 * dtc's messages as entries `{ check, file, line, node, property, text }`, the checks that it skipped for want of a
 * prerequisite, and whether an error kept it from running the rest.
 */
export function parseMessages(messages) {
  const entries = [];
  const skipped = new Set();
  let aborted = false;
  for (const message of messages.split('\n')) {
    const skip = prerequisite.exec(message);
    const found = pattern.exec(message);
    if (skip) skipped.add(skip[1]);
    if (message.includes(': ERROR (')) aborted = true;
    if (found) {
      const [, file, line, check, node, property, text] = found;
      // dtc looks for these from the root and names the root.
      const endpoint = check === 'graph_nodes' && /endpoint node '([^']+)'/.exec(text)?.[1];
      const about = check === 'obsolete_chosen_interrupt_controller' ? '/chosen' : endpoint ? `/${endpoint}` : node;
      entries.push({ check, file: normalize(file), line: Number(line), node: about, property, text });
    }
  }
  return { entries, skipped, aborted };
}

/** Our problems of `dtc/…` rules in the same form, with files relative to `root`. */
export function ownEntries(bench, problems, root) {
  return problems
    .filter((problem) => problem.rule.startsWith('dtc/'))
    .map(({ rule, span, node, message }) => ({
      check: rule.slice(4),
      file: relative(root, span.file),
      line: bench.lineOf(dtcPlace(bench, span)),
      node,
      text: message,
    }));
}

/** dtc's place of a node is its brace, which may stand on the line after the name. */
function dtcPlace(bench, span) {
  const blank = /^\s*(?=\{)/.exec(bench.text(span.file).slice(span.end, span.end + 200))?.[0];
  return blank === undefined ? span : { ...span, start: span.end + blank.length };
}

const key = ({ check, file, line, node }) => `${check} ${file}:${line} ${node}`;

/**
 * `same`: how many both have; `different`: sentences about what only one has; `explained`: the reasons why only one has
 * the others, one entry for each.
 */
export function compareChecks(bench, tree, ours, { entries, skipped, aborted }) {
  const reported = new Set(entries.map(({ check }) => check));
  const ran = ({ check }) => (aborted ? reported.has(check) : !skipped.has(check));
  const mine = new Map(ours.filter(ran).map((entry) => [key(entry), entry]));
  const theirs = new Map(entries.map((entry) => [key(entry), entry]));
  const result = { same: 0, explained: [], different: [] };
  for (const name of [...theirs.keys()].filter((one) => mine.has(one))) {
    result.same++;
    mine.delete(name);
    theirs.delete(name);
  }
  result.explained.push(...pairElsewhere(ours, mine, theirs));
  const context = contextOf(bench, tree);
  const judge = (side, words, rest) => {
    for (const [name, entry] of rest) {
      const known = explained.find((rule) => rule[side]?.(entry, context));
      if (known) result.explained.push(known.why);
      else result.different.push(`${words} ${name}: ${entry.text}`);
    }
  };
  judge('dtcs', 'only dtc:', theirs);
  judge('ours', 'only ours:', mine);
  return result;
}

/** Takes away what both say of the same node at different lines for a known reason; one reason for each. */
function pairElsewhere(ours, mine, theirs) {
  const reasons = [];
  for (const [name, entry] of [...theirs]) {
    if (!elsewhere.some((one) => one(entry))) continue;
    const pairs = ours.filter((own) => own.check === entry.check && own.node === entry.node);
    if (pairs.length === 0) continue;
    for (const own of pairs) mine.delete(key(own));
    theirs.delete(name);
    reasons.push('both report it, at another line of the node: ours stands where the repair is');
  }
  return reasons;
}

function contextOf(bench, tree) {
  const nodeOf = (path) => bench.core.nodeByPath(tree, path);
  return {
    plugin: tree.plugin,
    childless: (path) => nodeOf(path)?.children.size === 0,
    has: (path) => nodeOf(path) !== undefined,
  };
}
