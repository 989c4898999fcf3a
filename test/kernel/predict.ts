// SPDX-License-Identifier: MIT
// What the model says about a tree of the kernel lab: from the same file that was booted, on the platform it was booted on.
import { readFileSync } from 'node:fs';
import { DiskFiles } from '#host/sources.ts';
import type { Prediction } from '#ide/live/observation.ts';
import { configure, configureAll } from '#model/configure.ts';
import { platformOf } from '#model/platform/platform.ts';
import { loadGrammar } from '#syntax/parser.ts';
import { Frontend } from '#tree/frontend.ts';
import { nodeByPath } from '#tree/query.ts';

/** One boot, as the model is told of it. */
export interface Boot {
  /** Path of the tree, and its text where no file is on the disk. */
  readonly file: string;
  readonly text?: string | undefined;
  readonly kernelVersion: string;
  /** Text of the kernel's `.config`. */
  readonly kernelConfig: string;
  readonly cmdline: string;
  readonly xen: 'dom0' | 'domu' | false;
}

/** Loads the grammar from the checkout at `root`, once. */
export async function predictor(root: string): Promise<(boot: Boot) => Prediction> {
  const bytes = (path: string) => new Uint8Array(readFileSync(`${root}/${path}`));
  const grammar = await loadGrammar({
    runtime: bytes('node_modules/web-tree-sitter/web-tree-sitter.wasm'),
    grammar: bytes('grammars/devicetree/tree-sitter-devicetree.wasm'),
  });
  return ({ file, text, xen, ...stated }) => {
    const disk = new DiskFiles();
    const read = (path: string) => (path === file && text !== undefined ? { path, text } : disk.read(path));
    const frontend = new Frontend(grammar, { read });
    const tree = frontend.evaluate(file, { includePaths: [], defines: [] });
    const platform = platformOf(tree, { kind: xen ? `xen-${xen}` : 'linux', ...stated });
    return {
      tree,
      platform,
      reports: configureAll(tree, platform),
      functionAt(path, rid) {
        const node = nodeByPath(tree, path);
        return node && configure(tree, platform, node, { rid });
      },
    };
  };
}
