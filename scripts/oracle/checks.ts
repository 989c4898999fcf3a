// SPDX-License-Identifier: MIT
// Compares the findings of our `dtc/…` rules with what dtc says: check, node and line of each.
import { normalize, relative } from 'node:path';
import type { Problem } from '#base/problem.ts';
import type { Span } from '#base/text.ts';
import { nodeByPath } from '#tree/query.ts';
import type { DeviceTree } from '#tree/types.ts';
import type { Workbench } from './core.ts';

/** One finding of a check, of ours or of dtc. */
export interface Entry {
  readonly check: string;
  readonly file: string;
  readonly line: number;
  readonly node: string;
  readonly property?: string | undefined;
  readonly text: string;
}

/** What dtc said. */
export interface Said {
  readonly entries: readonly Entry[];
  /** Checks that it skipped for want of a prerequisite. */
  readonly skipped: ReadonlySet<string>;
  /** An error kept it from running the rest. */
  readonly aborted: boolean;
}

/** What is asked of the tree. */
interface Context {
  readonly plugin: boolean;
  childless(path: string): boolean;
  has(path: string): boolean;
}

interface Explanation {
  readonly why: string;
  readonly ours?: (entry: Entry, context: Context) => boolean;
  readonly dtcs?: (entry: Entry, context: Context) => boolean;
}

/**
 * Every way in which our findings differ from dtc's on purpose. `ours` and `dtcs` say whether an entry that only one of
 * both has belongs to it; `context` knows the tree.
 */
const explained: readonly Explanation[] = [
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
      check === 'duplicate_label' &&
      [/ on (\/\S+) and /.exec(text)?.[1]].some((path) => path !== undefined && !has(path)),
  },
];

/**
 * Findings of dtc for which ours stands at another line, where the repair is: dtc points to the node and we to what is
 * wrong inside it; or dtc points to the count or the range that a provider has, and we to what does not fit it;
 * or dtc points to the first of two properties, and we to the second.
 */
const elsewhere: readonly ((entry: Entry) => boolean)[] = [
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

/** dtc's messages, read. */
export function parseMessages(messages: string): Said {
  const entries: Entry[] = [];
  const skipped = new Set<string>();
  let aborted = false;
  for (const message of messages.split('\n')) {
    const skip = prerequisite.exec(message)?.[1];
    const found = pattern.exec(message);
    if (skip !== undefined) skipped.add(skip);
    if (message.includes(': ERROR (')) aborted = true;
    if (found) {
      const [, file = '', line, check = '', node = '', property, text = ''] = found;
      // dtc looks for these from the root and names the root.
      const endpoint = check === 'graph_nodes' && /endpoint node '([^']+)'/.exec(text)?.[1];
      const about = check === 'obsolete_chosen_interrupt_controller' ? '/chosen' : endpoint ? `/${endpoint}` : node;
      entries.push({ check, file: normalize(file), line: Number(line), node: about, property, text });
    }
  }
  return { entries, skipped, aborted };
}

/** Our problems of `dtc/…` rules in the same form, with files relative to `root`. */
export function ownEntries(bench: Workbench, problems: readonly Problem[], root: string): Entry[] {
  return problems
    .filter((problem) => problem.rule.startsWith('dtc/'))
    .map(({ rule, span, node, message }) => ({
      check: rule.slice(4),
      file: relative(root, span.file),
      line: bench.lineOf(dtcPlace(bench, span)),
      node: node ?? '',
      text: message,
    }));
}

/** dtc's place of a node is its brace, which may stand on the line after the name. */
function dtcPlace(bench: Workbench, span: Span): Span {
  const blank = /^\s*(?=\{)/.exec(bench.text(span.file).slice(span.end, span.end + 200))?.[0];
  return blank === undefined ? span : { ...span, start: span.end + blank.length };
}

const key = ({ check, file, line, node }: Entry): string => `${check} ${file}:${line} ${node}`;

export interface Compared {
  /** How many both have. */
  readonly same: number;
  /** Sentences about what only one has. */
  readonly different: readonly string[];
  /** The reasons why only one has the others, one entry for each. */
  readonly explained: readonly string[];
}

/** Our findings against dtc's. */
export function compareChecks(tree: DeviceTree, ours: readonly Entry[], { entries, skipped, aborted }: Said): Compared {
  const reported = new Set(entries.map(({ check }) => check));
  const ran = ({ check }: Entry) => (aborted ? reported.has(check) : !skipped.has(check));
  const mine = new Map(ours.filter(ran).map((entry) => [key(entry), entry]));
  const theirs = new Map(entries.map((entry) => [key(entry), entry]));
  const result = { same: 0, explained: [] as string[], different: [] as string[] };
  for (const name of [...theirs.keys()].filter((one) => mine.has(one))) {
    result.same++;
    mine.delete(name);
    theirs.delete(name);
  }
  result.explained.push(...pairElsewhere(ours, mine, theirs));
  const context = contextOf(tree);
  const judge = (side: 'ours' | 'dtcs', words: string, rest: ReadonlyMap<string, Entry>) => {
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
function pairElsewhere(ours: readonly Entry[], mine: Map<string, Entry>, theirs: Map<string, Entry>): string[] {
  const reasons: string[] = [];
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

function contextOf(tree: DeviceTree): Context {
  const nodeOf = (path: string) => nodeByPath(tree, path);
  return {
    plugin: tree.plugin,
    childless: (path) => nodeOf(path)?.children.size === 0,
    has: (path) => nodeOf(path) !== undefined,
  };
}
