// SPDX-License-Identifier: MIT
// `npm run test:editors`: Neovim and Emacs open a board with the configurations of docs/editors.md. NVIM and EMACS name
// other programs than those of the path. What is not installed, or too old, is skipped by name.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const page = readFileSync(join(root, 'docs/editors.md'), 'utf8');
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
let passed = 0;
let failed = 0;

/** The first block of a language in the section of an editor. */
function configuration(editor, language) {
  const section = page.split(/^## /m).find((each) => each.startsWith(`${editor}\n`)) ?? '';
  const [, text] = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(section) ?? [];
  if (text === undefined) throw new Error(`docs/editors.md has no ${language} of ${editor}`);
  return text;
}

/** Runs one editor in a folder and a home of its own; checks what it wrote. */
function editor(name, { program, old, file, language, argumentsOf, script }) {
  const version = spawnSync(program, ['--version'], { encoding: 'utf8' });
  const line = version.stdout?.split('\n')[0] ?? '';
  if (version.error || old.test(line)) {
    console.log(`skipped: ${name} (${version.error ? `no ${program}` : `${line} is too old`})`);
    return;
  }
  const at = mkdtempSync(join(tmpdir(), 'dt-iommu-editor-'));
  try {
    mkdirSync(join(at, 'bin'));
    writeFileSync(join(at, 'bin/dt-iommu'), `#!/bin/sh\nexec '${process.execPath}' '${root}dist/cli.cjs' "$@"\n`, {
      mode: 0o755,
    });
    writeFileSync(join(at, 'board.dts'), BOARD);
    writeFileSync(join(at, file), configuration(name, language));
    const env = {
      ...process.env,
      HOME: at,
      XDG_CONFIG_HOME: at,
      XDG_STATE_HOME: at,
      XDG_DATA_HOME: at,
      PATH: `${at}/bin:${process.env.PATH}`,
    };
    const ran = spawnSync(program, argumentsOf(join(at, file), join(root, script)), {
      cwd: at,
      env,
      encoding: 'utf8',
      timeout: 180_000,
    });
    let out;
    try {
      out = JSON.parse(readFileSync(join(at, 'out.json'), 'utf8'));
    } catch {
      out = { failed: `wrote nothing: ${(ran.stderr || ran.stdout).slice(-2000)}` };
    }
    const wanted = {
      diagnostics: /status-unknown|is no status/,
      hover: /smmu, stream `0x4`/,
      completion: /^dma-coherent/,
      command: /1 device does DMA/,
      line: /^status = "okay";$/,
    };
    for (const [what, pattern] of Object.entries(wanted)) {
      const good = pattern.test(out[what] ?? '');
      if (good) passed++;
      else failed++;
      if (!good) console.log(`failed: ${name}: ${what}: ${JSON.stringify(out[what])} ${out.failed ?? ''}`);
    }
    console.log(`${name}: ${line}`);
  } finally {
    rmSync(at, { recursive: true, force: true });
  }
}

editor('Neovim', {
  program: process.env.NVIM ?? 'nvim',
  old: /v0\.[0-9]\./,
  file: 'init.lua',
  language: 'lua',
  argumentsOf: (config, script) => [
    '--headless',
    '-u',
    config,
    '-c',
    `lua local ok, why = pcall(dofile, '${script}') if not ok then io.stderr:write(why) vim.cmd('cquit') end`,
  ],
  script: 'test/editors/neovim.lua',
});
editor('Emacs', {
  program: process.env.EMACS ?? 'emacs',
  old: /Emacs (?:1\d|2[0-7])\./,
  file: 'init.el',
  language: 'elisp',
  argumentsOf: (config, script) => ['--batch', '--eval', '(package-initialize)', '-l', config, '-l', script],
  script: 'test/editors/eglot.el',
});
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
