// SPDX-License-Identifier: MIT
// `&label { … }` in an overlay: `fragment@N { target = <&label>; __overlay__ { … }; }` (livetree.c: add_orphan_node).
import type { OpenBody, TreeBuilder } from './build.ts';
import { parseValue, type RawValue } from './dtc/value-syntax.ts';
import { type Source, StretchOrigin } from './source.ts';

/** Appends the fragment and opens its `__overlay__`. A fragment of that number which the source wrote stands beside it. */
export function openFragment(
  tree: TreeBuilder,
  { ref, number }: { readonly ref: string; readonly number: number },
  source: Source,
  place: { readonly at: number; readonly length: number },
): OpenBody {
  tree.rootOpened = true;
  const fragment = tree.openChild({ node: tree.root, fresh: true }, `fragment@${number}`);
  fragment.node.origins.push(new StretchOrigin('open', source, place));
  const byPath = ref.startsWith('/');
  const raw = parseValue(byPath ? JSON.stringify(ref) : `<&${ref}>`);
  const whole = (part: RawValue['data'][number]) => ({ ...part, at: 0, width: place.length });
  const located = {
    ...raw,
    data: raw.data.map(whole),
    references: raw.references.map((part) => ({ ...part, at: 0, width: place.length })),
  };
  const property = tree.property(fragment, byPath ? 'target-path' : 'target');
  const written = { raw: located, locator: source, base: place.at, part: undefined };
  property.set(new StretchOrigin('set', source, place), written);
  return tree.openChild(fragment, '__overlay__');
}

/** `label/path`, which dtc knows from 1.7.0 on, and never opens in an overlay. */
export function isRelative(ref: string): boolean {
  return ref.indexOf('/') > 0;
}
