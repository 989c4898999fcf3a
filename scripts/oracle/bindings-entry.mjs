// SPDX-License-Identifier: MIT
// What the comparison with dt-schema uses of the core; bundled by load-core.mjs.
export { BoardCheck } from '#bindings/check.ts';
export { BindingLibrary } from '#bindings/library.ts';
export { loadYaml } from '#bindings/yaml.ts';
export { readGrammar } from '#host/grammar.ts';
export { DiskFiles } from '#host/sources.ts';
export { Analysis } from '#ide/analysis.ts';
export { writeBlob } from '#tree/blob/blob.ts';
export { printValue } from '#tree/blob/print.ts';
export { pathOf } from '#tree/query.ts';
