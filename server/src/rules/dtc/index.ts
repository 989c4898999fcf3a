// SPDX-License-Identifier: MIT
// The checks of dtc as rules, in the order in which dtc runs them by subject.
import type { Rule } from '#rules/engine/rule.ts';
import { BUS_RULES } from './buses.ts';
import { CELL_RULES } from './cells.ts';
import { GRAPH_RULES } from './graph.ts';
import { INTERRUPT_RULES } from './interrupts.ts';
import { LABEL_RULES } from './labels.ts';
import { MERGING_RULES } from './merging.ts';
import { NAME_RULES } from './names.ts';
import { PHANDLE_LIST_RULES } from './phandle-lists.ts';
import { PHANDLE_RULES } from './phandles.ts';
import { SPECIAL_NODE_RULES } from './special-nodes.ts';
import { UNIT_ADDRESS_RULES } from './unit-addresses.ts';
import { VALUE_TYPE_RULES } from './value-types.ts';

export const DTC_RULES: readonly Rule[] = [
  ...MERGING_RULES,
  ...NAME_RULES,
  ...LABEL_RULES,
  ...PHANDLE_RULES,
  ...VALUE_TYPE_RULES,
  ...CELL_RULES,
  ...UNIT_ADDRESS_RULES,
  ...BUS_RULES,
  ...SPECIAL_NODE_RULES,
  ...PHANDLE_LIST_RULES,
  ...INTERRUPT_RULES,
  ...GRAPH_RULES,
];

/** What Linux's own build switches off without `W=1` (scripts/Makefile.dtbs, 6.12): the default in a kernel tree. */
export const QUIET_IN_LINUX: readonly string[] = [
  'unique_unit_address',
  'unit_address_vs_reg',
  'avoid_unnecessary_addr_size',
  'alias_paths',
  'graph_child_address',
  'simple_bus_reg',
].map((name) => `dtc/${name}`);
