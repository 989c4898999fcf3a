// SPDX-License-Identifier: MIT
// dtc's checks that are errors, in the order of its table (checks.c: check_table). After the first that fails it runs no
// other, which a blob that is written all the same (`-f`) shows: what later ones would fill in is missing.

export const ERROR_CHECKS = [
  'duplicate_node_names',
  'duplicate_property_names',
  'node_name_chars',
  'node_name_format',
  'node_name_not_empty',
  'property_name_chars',
  'name_is_string',
  'name_properties',
  'duplicate_label',
  'explicit_phandles',
  'phandle_references',
  'path_references',
] as const;

export type ErrorCheck = (typeof ERROR_CHECKS)[number];

/** A tree with this one failed is what dtc checks: all is filled in, and nothing is omitted yet. */
export const LAST_CHECK: ErrorCheck = 'path_references';

/** Whether dtc came to a check; always where none failed. */
export function ran(check: ErrorCheck, failed: ErrorCheck | undefined): boolean {
  return failed === undefined || ERROR_CHECKS.indexOf(check) <= ERROR_CHECKS.indexOf(failed);
}

/** The first of the checks of these names that dtc runs; `undefined` where there is none. */
export function firstFailed(names: ReadonlySet<string>): ErrorCheck | undefined {
  return ERROR_CHECKS.find((check) => names.has(check));
}
