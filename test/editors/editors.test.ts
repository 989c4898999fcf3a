// SPDX-License-Identifier: MIT
// Editors open a board with the configurations of docs/editors.md: those of this machine, and those of newer releases of
// Debian (scripts/debian-root.sh). NVIM and EMACS name other programs than those of the path. What is not installed here,
// cannot be had or is too old is skipped; its name says why.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { put, ROOT } from '#test/support/machine.ts';
import { debian, HANGS, here, type Place } from './places.ts';

const PAGE = readFileSync(join(ROOT, 'docs/editors.md'), 'utf8');
const BOARD = `/dts-v1/;

/ {
	#address-cells = <1>;
	#size-cells = <1>;

	smmu: iommu@20000 {
		compatible = "arm,smmu-v3";
		reg = <0x20000 0x20000>;
		#iommu-cells = <1>;
	};

	net: ethernet@3000 {
	
		compatible = "example,ethernet";
		reg = <0x3000 0x1000>;
		iommus = <&smmu 4>;
	};

	off@4000 {
		compatible = "example,other";
		reg = <0x4000 0x1000>;
		status = "okey";
	};
};
`;
/** What of an editor's answers there has to be. */
const WANTED = {
  diagnostics: /status-unknown|is not a status/,
  hover: /smmu, stream `?0x4/,
  completion: /\bdma-coherent\b/,
  command: /1 device does DMA/,
  line: /^status = "okay";$/,
};

type What = keyof typeof WANTED;
type Answers = { readonly [what in What | 'failed']?: string };

interface Editor {
  /** Its heading in docs/editors.md. */
  readonly name: string;
  readonly program: string;
  /** What `--version` says of those without what the configuration uses. */
  readonly old: RegExp;
  /** Where the configuration is written, and its language on the page. */
  readonly file: string;
  readonly language: string;
  /** The script that uses the editor, and the words that start it. */
  readonly script: string;
  words(): [string, ...string[]];
  /** What the script wrote. */
  answers(folder: string): Answers;
  /** What it cannot show. */
  readonly without?: readonly What[];
}

const textOf = (...path: readonly string[]) => (existsSync(join(...path)) ? readFileSync(join(...path), 'utf8') : '');
const written = (folder: string): Answers => JSON.parse(readFileSync(join(folder, 'out.json'), 'utf8'));

const NEOVIM: Editor = {
  name: 'Neovim',
  program: process.env.NVIM ?? 'nvim',
  old: /v0\.[0-9]\./,
  file: 'init.lua',
  language: 'lua',
  script: 'neovim.lua',
  words() {
    const lua = "local ok, why = pcall(dofile, 'neovim.lua') if not ok then io.stderr:write(why) vim.cmd('cquit') end";
    return [this.program, '--headless', '-u', this.file, '-c', `lua ${lua}`];
  },
  answers: written,
};

const EMACS: Editor = {
  name: 'Emacs',
  program: process.env.EMACS ?? 'emacs',
  old: /Emacs (?:1\d|2[0-7])\./,
  file: 'init.el',
  language: 'elisp',
  script: 'eglot.el',
  words() {
    return [this.program, '--batch', '--eval', '(package-initialize)', '-l', `./${this.file}`, '-l', './eglot.el'];
  },
  answers: written,
};

/** Helix shows what it has in a terminal only. */
const HELIX: Editor = {
  name: 'Helix',
  program: 'hx',
  old: /helix (?:0|2[0-3])\./,
  file: '.config/helix/languages.toml',
  language: 'toml',
  script: 'helix.sh',
  words: () => ['sh', 'helix.sh'],
  answers(folder) {
    const [line = ''] = textOf(folder, 'board.dts').match(/^\s*status = .*$/m) ?? [];
    const screen = (name: What) => textOf(folder, 'out', name);
    const failed = textOf(folder, 'out/error');
    return {
      hover: screen('hover'),
      completion: screen('completion'),
      diagnostics: screen('diagnostics'),
      line: line.trim(),
      failed,
    };
  },
  without: ['command'],
};

/** The page's shorter configuration, for those that know it. */
const NEOVIM_SHORT: Editor = { ...NEOVIM, name: 'Neovim', old: /v0\.(?:\d|10)\./ };

const PACKAGES = ['neovim', 'emacs-nox', 'hx', 'tmux'];
const NEWER = ['trixie', 'sid'];

/** The `version` of the editor there, or why it cannot be tried. */
function versionOf(
  { program, old }: Editor,
  place: Place,
): { readonly version: string } | { readonly lacking: string } {
  const folder = place.folder();
  const { code, out } = place.run(folder, [program, '--version']);
  rmSync(folder, { recursive: true, force: true });
  const [version = ''] = out.split('\n');
  if (code === null || version === '') return { lacking: `no ${program}` };
  return old.test(version) ? { lacking: `${version} is too old` } : { version };
}

/** The block of the editor's language in its section: the first, or the one after it. */
function configuration({ name, language }: Editor, index: number): string {
  const section = PAGE.split(/^## /m).find((each) => each.startsWith(`${name}\n`)) ?? '';
  const blocks = [...section.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))];
  const text = blocks[index]?.[1];
  if (text === undefined) throw new Error(`docs/editors.md has no ${language} of ${name}`);
  return text;
}

/** Runs an editor in a folder that is its home; gives what its script wrote. */
function open(editor: Editor, place: Place, index: number): Answers {
  const at = place.folder();
  try {
    const script = readFileSync(join(ROOT, 'test/editors', editor.script), 'utf8');
    put(at, { 'board.dts': BOARD, [editor.script]: script, [editor.file]: configuration(editor, index) });
    const { out, error } = place.run(at, editor.words());
    try {
      return editor.answers(at);
    } catch {
      return { failed: `wrote nothing: ${(error || out).slice(-2000)}` };
    }
  } finally {
    rmSync(at, { recursive: true, force: true });
  }
}

function tryOut(editor: Editor, place: Place | string, title: string, index = 0) {
  const found = typeof place === 'string' ? { lacking: place } : versionOf(editor, place);
  const version = 'version' in found ? found.version : found.lacking;
  describe.skipIf(!('version' in found))(`${title}: ${version}`, () => {
    let answers: Answers = {};
    beforeAll(() => {
      if (typeof place !== 'string') answers = open(editor, place, index);
    }, HANGS + 20_000);
    for (const [what, pattern] of Object.entries(WANTED) as [What, RegExp][]) {
      if (editor.without?.includes(what)) continue;
      test(what, () => {
        expect(answers[what] || answers.failed || '').toMatch(pattern);
      });
    }
  });
}

for (const editor of [NEOVIM, EMACS, HELIX]) tryOut(editor, here, `${editor.name} here`);
for (const suite of NEWER) {
  const place = debian(suite, PACKAGES);
  for (const editor of [NEOVIM, EMACS, HELIX]) tryOut(editor, place, `${editor.name} of ${suite}`);
  tryOut(NEOVIM_SHORT, place, `Neovim of ${suite}, the shorter configuration`, 1);
}
