// SPDX-License-Identifier: MIT
// What the bindings of the tree say of the node that is being typed.
import {
  bindingFor,
  bindingOfNode,
  busesOf,
  childBinding,
  compatiblesAbove,
  factOf,
  type NodeBinding,
} from '#bindings/facts.ts';
import type { BindingLibrary } from '#bindings/library.ts';
import { isImplicit } from '#bindings/normalize.ts';
import type { PropertyFact } from '#bindings/property-fact.ts';
import type { View } from '#ide/analysis.ts';
import { code } from '#ide/explain/markup.ts';
import { factMarkdown } from '#ide/hovers/binding.ts';
import { nodeAt } from '#ide/navigation/places.ts';
import { compatibles, nodeByPath, pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import type { Here } from './drafts.ts';
import type { Draft } from './evidence.ts';

const MAX_DEPTH = 8;

export interface Described {
  readonly library: BindingLibrary;
  readonly binding: NodeBinding;
}

/** `undefined` where no binding is known (yet). */
export function describedBy({ view, node, draft }: Here): Described | undefined {
  const library = view.knowledge.bindings(view.file);
  if (!library) return undefined;
  const binding = library.ask(() => bindingOfDraft(library, draft, node, 0) ?? (node && bindingOfNode(library, node)));
  return binding && { library, binding };
}

/** The node that was prepared last. */
const anticipated = new WeakMap<BindingLibrary, string>();

/** The cursor came to a node: what its binding says is read in the pauses, before anybody types there. */
export function anticipate(view: View, offset: number): void {
  const library = view.knowledge.bindings(view.file);
  const node = library && nodeAt(view, offset);
  if (!library || !node || library.isPreparing) return;
  // Editors ask after each key, too.
  const where = `${library.revision} ${library.done} ${pathOf(node)} ${compatibles(node).join()}`;
  if (anticipated.get(library) === where) return;
  anticipated.set(library, where);
  library.allowance = 0;
  library.ask(() => bindingOfNode(library, node));
  library.allowance = Number.POSITIVE_INFINITY;
}

function bindingOfDraft(
  library: BindingLibrary,
  draft: Draft,
  node: DtNode | undefined,
  depth: number,
): NodeBinding | undefined {
  const own = bindingFor(library, draft.compatible, library.busesAbove(above(draft, node)));
  if (own || !draft.parent || depth > MAX_DEPTH) return own;
  const parent = bindingOfDraft(library, draft.parent, node?.parent, depth + 1);
  // What is typed may have no address yet, which patterns ask for.
  return parent && (childBinding(library, parent, draft.name) ?? childBinding(library, parent, `${draft.name}@0`));
}

/** Compatibles of the nodes around a block, as far as they are written there, then as the tree has them. */
function* above({ parent }: Draft, node: DtNode | undefined): Generator<readonly string[]> {
  for (let at = parent; at; at = at.parent) yield at.compatible;
  if (node) yield* compatiblesAbove(node);
}

/** What the binding says of a property, as far as that may be read now. */
export function factNow({ library, binding }: Described, name: string): PropertyFact | undefined {
  return library.ask(() => factOf(library, binding, name));
}

/** Properties that the binding names and that are no nodes, in its order. */
export function bindingProperties({ library, binding }: Described): readonly PropertyFact[] {
  return [...binding.properties.keys()].flatMap((name) => {
    const added = isImplicit(name) && binding.properties.get(name)?.every(({ schema }) => schema === true);
    const fact = name.startsWith('$') || added ? undefined : factNow({ library, binding }, name);
    return fact && fact.type !== 'node' && !isForbidden(binding, name) ? [fact] : [];
  });
}

/** Names of children that the binding describes, and whether they have an address; of patterns what they begin with. */
export function bindingChildren(described: Described): readonly { name: string; addressed: boolean }[] {
  return described.library.ask(() => childrenOf(described)) ?? [];
}

function childrenOf({ library, binding }: Described): readonly { name: string; addressed: boolean }[] {
  const plain = [...binding.properties.keys()].flatMap((name) => {
    if (name.startsWith('$') || factOf(library, binding, name)?.type !== 'node') return [];
    return [{ name: name.split('@')[0] ?? name, addressed: name.includes('@') }];
  });
  const patterned = [...binding.patterns.keys()].flatMap((pattern) => {
    const [, name, at] = /^\^([a-z][a-z-]*[a-z])(@|\$$)/.exec(pattern) ?? [];
    const example = `${name}${at === '@' ? '@0' : ''}`;
    return name !== undefined && childBinding(library, binding, example) ? [{ name, addressed: at === '@' }] : [];
  });
  return [...plain, ...patterned];
}

/** `name: false` says that a node of this kind must not have it. */
function isForbidden({ properties }: NodeBinding, name: string): boolean {
  return properties.get(name)?.some(({ schema }) => schema === false) === true;
}

export function bindingFact(here: Here, name: string): PropertyFact | undefined {
  const described = describedBy(here);
  return described && factNow(described, name);
}

/** Words that a string of the property may be, the one with this index first. */
export function bindingWords(fact: PropertyFact | undefined, index: number): readonly string[] {
  if (!fact) return [];
  const items = fact.items.filter((item) => /^[\w,.+-]+$/.test(item));
  const listed = fact.values.filter((value) => typeof value === 'string');
  if (listed.length > 0) return listed;
  // Items that are names (`clock-names`); descriptions have blanks.
  if (items.length !== fact.items.length) return [];
  return [...items.slice(index), ...items.slice(0, index)];
}

/** What is written behind the name of a property; `undefined`: the binding does not say. */
export function bindingRest(fact: PropertyFact | undefined): string | undefined {
  const type = fact?.type;
  if (type === undefined) {
    const { values = [] } = fact ?? {};
    return values.length > 0 && values.every((value) => typeof value === 'string') ? ' = "$1"' : undefined;
  }
  if (type === 'flag') return '';
  if (type.startsWith('string') || type === 'non-unique-string-array') return ' = "$1"';
  if (type.startsWith('phandle')) return ' = <&$1>';
  if (type === 'path') return ' = &$1';
  if (type === 'uint8-array' && fact?.document.zephyr) return ' = [$1]';
  if (/^u?int8/.test(type)) return ' = /bits/ 8 <$1>';
  if (/^u?int16/.test(type)) return ' = /bits/ 16 <$1>';
  if (/^u?int64/.test(type)) return ' = /bits/ 64 <$1>';
  return ' = <$1>';
}

/** Who is asked about a property of a list: the path of the node, its compatibles. */
export function askedOf({ node, draft }: Here, path: string): string {
  return [node ? path : '', ...draft.compatible].join('\n');
}

/** Markdown for the item at hand; empty where no binding names the property. */
export function bindingDocumentation(view: View, name: string, asked: string | undefined): string {
  const library = view.knowledge.bindings(view.file);
  if (!library || asked === undefined) return '';
  const [path = '', ...compatible] = asked.split('\n');
  const node = path === '' ? undefined : nodeByPath(view.snapshot.tree, path);
  const buses = node && busesOf(library, node);
  const binding = bindingFor(library, compatible, buses) ?? (node && bindingOfNode(library, node));
  const fact = binding && factOf(library, binding, name);
  return binding && fact ? factMarkdown(fact, binding, code(fact.document.name)) : '';
}
