// SPDX-License-Identifier: MIT
// The checks of dtc that the tree makes itself while it merges files and resolves references: their pages and levels.
// A merged tree no longer shows what was written twice, so there is nothing left for `check` to look at.
import type { Rule } from '#rules/engine/rule.ts';
import { dtcRule } from './dtc-rule.ts';

const madeByTree = (): [] => [];

export const MERGING_RULES: readonly Rule[] = [
  dtcRule({
    name: 'duplicate_node_names',
    level: 'error',
    scope: 'tree',
    title: 'Node twice in the same braces',
    knows: 'node',
    doc: 'Two nodes of one name are in the same braces. dtc merges nodes only where a later `/ { … }` or `&label { … }` opens them again; within one pair of braces it takes the second for a mistake and writes no blob.',
    example: { bad: '/ { dma { }; dma { }; };', good: '/ { dma { }; }; / { dma { }; };' },
    check: madeByTree,
  }),
  dtcRule({
    name: 'duplicate_property_names',
    level: 'error',
    scope: 'tree',
    title: 'Property twice in the same braces',
    knows: 'node',
    doc: 'A property is set twice in the same braces. dtc lets a later `/ { … }` or `&label { … }` override a property; within one pair of braces it takes the second for a mistake and writes no blob.',
    example: {
      bad: '/ { dma: dma { status = "okay"; status = "disabled"; }; };',
      good: '/ { dma: dma { status = "okay"; }; }; &dma { status = "disabled"; };',
    },
    check: madeByTree,
  }),
  dtcRule({
    name: 'phandle_references',
    level: 'error',
    scope: 'tree',
    title: 'Reference in cells that names no node',
    doc: 'A `<&label>` or `<&{/path}>` stands for the phandle of a node, and this board has no such node: it may have been renamed, deleted, or left out by `#if`. dtc writes no blob. In an overlay the label may be one of the base tree.',
    example: { bad: '/ { dma { friend = <&mmc>; }; };', good: '/ { dma { friend = <&mmc>; }; mmc: mmc { }; };' },
    check: madeByTree,
  }),
  dtcRule({
    name: 'path_references',
    level: 'error',
    scope: 'tree',
    title: 'Reference outside of cells that names no node',
    doc: 'A `&label` or `&{/path}` outside of `<…>` stands for the path of a node, and this board has no such node. dtc writes no blob.',
    example: {
      bad: '/ { dma { friend = &mmc; }; };',
      good: '/ { dma { friend = &mmc; }; mmc: mmc { }; };',
    },
    check: madeByTree,
  }),
];
