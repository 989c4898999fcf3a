// SPDX-License-Identifier: MIT
// Every place of a board that uses a name: references and extensions of a node, settings of a property, uses of a macro.
import type { Span } from '#base/text.ts';
import type { View } from '#ide/analysis.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { allItems } from '#ide/structure/items.ts';
import { nodeByReference, walk } from '#tree/query.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';
import { absentLabelAt } from './absent-labels.ts';
import { definitionsOf } from './definition.ts';
import { macroMentions } from './mentions.ts';
import { type Mention, placeAt } from './places.ts';

/** In all files of the board, each place once; with `declarations` also the places that make it. */
export function references(view: View, offset: number, declarations: boolean): Span[] {
  const { mention } = placeAt(view, offset);
  if (!mention) {
    const { mentions = [], places = [] } = absentLabelAt(view, offset) ?? {};
    const made = new Set(places);
    return mentions.filter((span) => declarations || !made.has(span));
  }
  const made = definitionsOf(view, mention);
  const key = ({ file, start }: Span) => `${file}\0${start}`;
  const known = new Set(made.map(key));
  const uses = usesOf(view, mention).filter((span) => {
    const fresh = !known.has(key(span));
    known.add(key(span));
    return fresh;
  });
  return declarations ? [...made, ...uses] : uses;
}

function usesOf(view: View, mention: Mention): Span[] {
  const { snapshot } = view;
  switch (mention.kind) {
    case 'include':
      return includesOf(view, mention.path);
    case 'macro':
      return wordUses(snapshot, mention.name);
    case 'property':
    case 'value':
      return mention.property.origins.map((origin) => origin.name);
    case 'node':
      return [...extensionsOf(snapshot, mention.node), ...referencesTo(snapshot.tree, mention.node)];
  }
}

/** `&label { }`, `/delete-node/ &label;`: places that name the node instead of making it. */
function extensionsOf(snapshot: Snapshot, node: DtNode): Span[] {
  return node.origins.map((origin) => origin.name).filter(({ file, start }) => snapshot.text(file)[start] === '&');
}

function referencesTo(tree: DeviceTree, wanted: DtNode): Span[] {
  const found: Span[] = [];
  for (const node of walk(tree.root)) {
    for (const property of node.properties.values()) {
      for (const { ref, span } of property.value.references) {
        if (nodeByReference(tree, ref) === wanted) found.push(span);
      }
    }
  }
  return found;
}

/** The identifier wherever it stands outside comments and strings. */
function wordUses(snapshot: Snapshot, name: string): Span[] {
  return snapshot.tree.files.flatMap((file) => macroMentions(file, snapshot.text(file), name));
}

/** Includes of the same file, by name: a name that leads elsewhere from another folder is rare and harmless here. */
function includesOf({ snapshot }: View, path: string): Span[] {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return snapshot.tree.files.flatMap((file) => {
    const ast = snapshot.ast(file);
    if (!ast) return [];
    return [...allItems(ast)].flatMap(({ item, start }) => {
      if (item.kind !== 'include' || item.pathText.slice(1, -1).split('/').pop() !== name) return [];
      return [{ file, start: start + item.path.at, end: start + item.path.at + item.path.length }];
    });
  });
}
