export { BoardCheck } from '#bindings/check.ts';
export { BindingLibrary } from '#bindings/library.ts';
export { loadYaml } from '#bindings/yaml.ts';
export { readGrammar } from '#host/grammar.ts';
export { DiskFiles } from '#host/sources.ts';
export { Analysis } from '#ide/analysis.ts';
