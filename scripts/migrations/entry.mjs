// SPDX-License-Identifier: MIT
// What the proof of the migrations uses of the core and of the fixtures; bundled by load-core.mjs.

export { applyEdits } from '#base/text.ts';
export { Analysis } from '#ide/analysis.ts';
export { configure } from '#model/configure.ts';
export { CATALOGUE } from '#rules/index.ts';
export { loadGrammar } from '#syntax/parser.ts';
export { FORMS, OVERLAID } from '#test/migrations/forms.ts';
export { SIBLINGS } from '#test/migrations/siblings.ts';
export { parseFixture } from '#test/support/fixture.ts';
export { MemoryFiles } from '#test/support/memory-files.ts';
export { writeBlob } from '#tree/blob/blob.ts';
export { nodeByPath } from '#tree/query.ts';
export { isRepair } from '../../server/src/ide/fixes/fixes.ts';
export { Repairs } from '../../server/src/ide/fixes/repairs.ts';
export { catalogue } from '../../server/src/rules/engine/catalogue.ts';
export { runRules } from '../../server/src/rules/engine/runner.ts';
export { XEN_GRANT_RULES } from '../../server/src/rules/grant-dma/names.ts';
export { applyOverlays } from '../../server/src/tree/apply-overlays.ts';
export { Frontend } from '../../server/src/tree/frontend.ts';
