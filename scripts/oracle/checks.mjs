// SPDX-License-Identifier: MIT
// Compares the findings of our `dtc/…` rules with what Debian's dtc says: check, node and line of each.
import { relative } from 'node:path';

/** Checks of ours that dtc 1.6.1 does not have, and findings where ours says more or less on purpose. */
const explained = [
  {
    why: 'dtc 1.6.1 has no such check; 1.7 has',
    ours: ({ check }) => check === 'interrupt_map' || check === 'graph_nodes',
  },
  {
    why: '`dma-ranges` uses the cell counts, which dtc knows from 1.7 on',
    dtcs: ({ check, ownsDmaRanges }) => check === 'avoid_unnecessary_addr_size' && ownsDmaRanges,
  },
];

const pattern = /^(.+?):(\d+)\.\d+-(?:\d+\.)?\d+: (?:Warning|ERROR) \((\w+)\): (\/[^\s:]*)(?::([^\s:]+))?: (.*)$/;
const prerequisite = /\((\w+)\): Failed prerequisite/;

/** dtc's messages as entries `{ check, file, line, node, text }`, and the checks that it skipped. */
export function parseMessages(messages) {
  const entries = [];
  const skipped = new Set();
  for (const line of messages.split('\n')) {
    const skip = prerequisite.exec(line);
    const found = pattern.exec(line);
    if (skip) skipped.add(skip[1]);
    else if (found) entries.push({ file: found[1], line: Number(found[2]), check: found[3], node: found[4], property: found[5], text: found[6] });
  }
  return { entries, skipped };
}

/** Our problems of `dtc/…` rules in the same form. `linesOf(file)` gives line starts of a file. */
export function ownEntries(core, tree, problems, { root, linesOf }) {
  return problems
    .filter((problem) => problem.rule.startsWith('dtc/'))
    .map((problem) => ({
      check: problem.rule.slice(4),
      file: relative(root, problem.span.file),
      line: core.positionAt(linesOf(problem.span.file), problem.span.start).line + 1,
      node: problem.node,
      text: problem.message,
    }));
}

const key = ({ check, file, line, node }) => `${check} ${file}:${line} ${node}`;

/** What only one of both says, without what is explained; `{ missing, extra }` of entries. */
export function compareChecks(ours, { entries, skipped }, facts = () => ({})) {
  const mine = new Map(ours.filter(({ check }) => !skipped.has(check)).map((entry) => [key(entry), entry]));
  const theirs = new Map(entries.map((entry) => [key(entry), entry]));
  const isExplained = (side) => (entry) => explained.some((rule) => rule[side]?.({ ...entry, ...facts(entry) }));
  return {
    same: [...theirs.keys()].filter((one) => mine.has(one)).length,
    missing: [...theirs].filter(([one]) => !mine.has(one)).map(([, entry]) => entry).filter((entry) => !isExplained('dtcs')(entry)),
    extra: [...mine].filter(([one]) => !theirs.has(one)).map(([, entry]) => entry).filter((entry) => !isExplained('ours')(entry)),
  };
}
