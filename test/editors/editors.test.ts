// SPDX-License-Identifier: MIT
// Neovim and Emacs open a board with the configurations of docs/editors.md. NVIM and EMACS name other programs than those
// of the path. What is not installed, or too old, is skipped; its name says why.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { installCommand, put, ROOT } from '#test/support/machine.ts';

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
/** The editor's script ends by itself when the server says nothing. */
const HANGS = 180_000;

interface Editor {
  /** Its heading in docs/editors.md. */
  readonly name: string;
  readonly program: string;
  /** What `--version` says of those without what the configuration uses. */
  readonly old: RegExp;
  /** Where the configuration is written, and its language on the page. */
  readonly file: string;
  readonly language: string;
  argumentsOf(configuration: string): string[];
}

const EDITORS: readonly Editor[] = [
  {
    name: 'Neovim',
    program: process.env.NVIM ?? 'nvim',
    old: /v0\.[0-9]\./,
    file: 'init.lua',
    language: 'lua',
    argumentsOf: (configuration) => {
      const script = join(ROOT, 'test/editors/neovim.lua');
      const lua = `local ok, why = pcall(dofile, '${script}') if not ok then io.stderr:write(why) vim.cmd('cquit') end`;
      return ['--headless', '-u', configuration, '-c', `lua ${lua}`];
    },
  },
  {
    name: 'Emacs',
    program: process.env.EMACS ?? 'emacs',
    old: /Emacs (?:1\d|2[0-7])\./,
    file: 'init.el',
    language: 'elisp',
    argumentsOf: (configuration) => {
      const script = join(ROOT, 'test/editors/eglot.el');
      return ['--batch', '--eval', '(package-initialize)', '-l', configuration, '-l', script];
    },
  },
];

/** What the scripts write into `out.json`, and what of it there has to be. */
const WANTED = {
  diagnostics: /status-unknown|is no status/,
  hover: /smmu, stream `0x4`/,
  completion: /^dma-coherent/,
  command: /1 device does DMA/,
  line: /^status = "okay";$/,
};

type Answers = { readonly [What in keyof typeof WANTED | 'failed']?: string };

/** Why an editor cannot be tried here. */
function lacking({ program, old }: Editor): string | undefined {
  const { error, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  const [line = ''] = (stdout ?? '').split('\n');
  if (error) return `no ${program}`;
  return old.test(line) ? `${line} is too old` : undefined;
}

/** The first block of the editor's language in its section. */
function configuration({ name, language }: Editor): string {
  const section = PAGE.split(/^## /m).find((each) => each.startsWith(`${name}\n`)) ?? '';
  const [, text] = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(section) ?? [];
  if (text === undefined) throw new Error(`docs/editors.md has no ${language} of ${name}`);
  return text;
}

/** Runs an editor in a folder and a home of its own; gives what its script wrote. */
function open(editor: Editor): Answers {
  const at = mkdtempSync(join(tmpdir(), 'dt-iommu-editor-'));
  try {
    installCommand(join(at, 'bin'));
    put(at, { 'board.dts': BOARD, [editor.file]: configuration(editor) });
    const home = { HOME: at, XDG_CONFIG_HOME: at, XDG_STATE_HOME: at, XDG_DATA_HOME: at };
    const { stdout, stderr } = spawnSync(editor.program, editor.argumentsOf(join(at, editor.file)), {
      cwd: at,
      env: { ...process.env, ...home, PATH: `${join(at, 'bin')}${delimiter}${process.env.PATH}` },
      encoding: 'utf8',
      timeout: HANGS,
    });
    try {
      return JSON.parse(readFileSync(join(at, 'out.json'), 'utf8'));
    } catch {
      return { failed: `wrote nothing: ${(stderr || stdout).slice(-2000)}` };
    }
  } finally {
    rmSync(at, { recursive: true, force: true });
  }
}

for (const editor of EDITORS) {
  const lacks = lacking(editor);
  describe.skipIf(lacks !== undefined)(`${editor.name}${lacks === undefined ? '' : ` (${lacks})`}`, () => {
    let answers: Answers = {};
    beforeAll(() => {
      answers = open(editor);
    }, HANGS + 20_000);
    for (const [what, pattern] of Object.entries(WANTED) as [keyof typeof WANTED, RegExp][]) {
      test(what, () => {
        expect(answers[what] ?? answers.failed ?? '').toMatch(pattern);
      });
    }
  });
}
