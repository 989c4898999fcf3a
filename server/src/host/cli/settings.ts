// SPDX-License-Identifier: MIT
// The command line as settings: flags win over the project file, which wins over what the source tree says.
import { readProject } from '#ide/project.ts';
import type { Values } from './arguments.ts';
import { absolute, isFolder } from './find.ts';
import { Failure } from './io.ts';
import type { SessionSettings } from './session.ts';

/** Fails on a value that does not say what its option may say. */
export function settingsOf(values: Values, cwd: string): SessionSettings {
  const written = {
    includePaths: values.include.map((path) => existing(absolute(cwd, path), path)),
    defines: Object.fromEntries(values.define.map(definition)),
    ...(values.platform !== undefined && { platform: values.platform }),
    ...(values['kernel-version'] !== undefined && { kernelVersion: values['kernel-version'] }),
    ...(values['kernel-config'] !== undefined && {
      kernelConfig: existing(absolute(cwd, values['kernel-config']), values['kernel-config']),
    }),
    ...(values.cmdline !== undefined && { cmdline: values.cmdline }),
  };
  const { project, complaints } = readProject(written, cwd);
  if (complaints[0] !== undefined) throw new Failure(inWordsOfFlags(complaints[0]));
  return {
    flags: project,
    symbols: values.symbols ?? false,
    ...(values.config !== undefined && { projectFile: existing(absolute(cwd, values.config), values.config) }),
  };
}

/** `NAME` is 1, as for cpp. */
function definition(text: string): [string, string] {
  const [name = '', ...value] = text.split('=');
  if (!/^[A-Za-z_]\w*$/.test(name)) throw new Failure(`-D takes NAME or NAME=VALUE, not '${text}'`);
  return [name, value.length === 0 ? '1' : value.join('=')];
}

function existing(path: string, written: string): string {
  isFolder(path, written);
  return path;
}

/** The reader of project files speaks of `kernelVersion`, and would go on without it. */
function inWordsOfFlags(complaint: string): string {
  return complaint
    .replace(/^`(\w+)`/, (_, name: string) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`)
    .replace(/; it is ignored\.$/, '');
}
