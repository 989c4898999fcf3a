// SPDX-License-Identifier: MIT
// What the oracles use of the core; bundled by load-core.mjs.
export { decodeText, encodeText } from '#base/bytes.ts';
export { applyEdits, lineStarts, positionAt } from '#base/text.ts';
export { Analysis } from '#ide/analysis.ts';
export { format } from '#ide/format/format.ts';
export { rename } from '#ide/rename/rename.ts';
export { DTC_RULES } from '#rules/dtc/index.ts';
export { RULES } from '#rules/index.ts';
export { loadGrammar } from '#syntax/parser.ts';
export { compileText } from '#test/support/compile-text.ts';
export { describeTree, random, toText } from '#test/support/describe-tree.ts';
export { writeBlob } from '#tree/blob/blob.ts';
export { printTree } from '#tree/blob/print.ts';
export { parseDtcVersion } from '#tree/dtc/version.ts';
export { nodeByPath } from '#tree/query.ts';
export { preprocess } from '#tree/token-stream.ts';
export { catalogue } from '../../server/src/rules/engine/catalogue.ts';
export { runRules } from '../../server/src/rules/engine/runner.ts';
export { applyOverlays } from '../../server/src/tree/apply-overlays.ts';
export { Frontend } from '../../server/src/tree/frontend.ts';
