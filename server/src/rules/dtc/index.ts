// SPDX-License-Identifier: MIT
// The checks of dtc as rules, in the order in which dtc runs them by subject.
import type { Rule } from '#rules/rule.ts';
import { busRules } from './buses.ts';
import { cellRules } from './cells.ts';
import { graphRules } from './graph.ts';
import { interruptRules } from './interrupts.ts';
import { labelRules } from './labels.ts';
import { nameRules } from './names.ts';
import { phandleListRules } from './phandle-lists.ts';
import { phandleRules } from './phandles.ts';
import { specialNodeRules } from './special-nodes.ts';
import { unitAddressRules } from './unit-addresses.ts';
import { valueTypeRules } from './value-types.ts';

export const dtcRules: readonly Rule[] = [
  ...nameRules,
  ...labelRules,
  ...phandleRules,
  ...valueTypeRules,
  ...cellRules,
  ...unitAddressRules,
  ...busRules,
  ...specialNodeRules,
  ...phandleListRules,
  ...interruptRules,
  ...graphRules,
];

/** What Linux's own build switches off without `W=1` (scripts/Makefile.dtbs, 6.12): the default in a kernel tree. */
export const quietInLinux: readonly string[] = [
  'unique_unit_address',
  'unit_address_vs_reg',
  'avoid_unnecessary_addr_size',
  'alias_paths',
  'graph_child_address',
  'simple_bus_reg',
].map((name) => `dtc/${name}`);
