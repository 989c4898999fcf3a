// SPDX-License-Identifier: MIT
// `dt-iommu format`: files in the kernel's coding style, as a diff, as a check, or written.
import { realpathSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { decodeText, encodeText } from '#base/bytes.ts';
import { applyEdits } from '#base/text.ts';
import type { Arguments, Command } from '#host/cli/arguments.ts';
import { findFiles, requireUtf8Names, TEXTS } from '#host/cli/find.ts';
import { Failure, type Io } from '#host/cli/io.ts';
import { requireWritable, writeOutput } from '#host/cli/output.ts';
import { unifiedDiff } from '#host/cli/patch.ts';
import { startProgress } from '#host/cli/progress.ts';
import { plural } from '#host/cli/report/report.ts';
import { readBytes } from '#host/disk-bytes.ts';
import { readGrammar } from '#host/grammar.ts';
import { format as changesOf } from '#ide/format/format.ts';
import { isBlob } from '#tree/blob/decompile.ts';

export const formatCommand: Command = {
  name: 'format',
  operands: 'PATH…',
  summary: "Puts files, or each .dts, .dtsi and .dtso below a folder, into the kernel's coding style; prints a diff.",
  details: [
    'Changes blanks and line ends only, so no blob changes; what has a syntax error in it stays as it is.',
    'Exit code with --check: 0 every file is in style, 1 some are not.',
  ],
  examples: [
    ['format board.dts', 'the changes as a diff'],
    ['format --check boards', 'for CI: name the files that are not in style'],
  ],
  options: ['write', 'check'],
  run: format,
};

interface Formatted {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly before: string;
  readonly after: string;
}

async function format({ operands, values }: Arguments, io: Io): Promise<number> {
  if (operands.length === 0) throw new Failure('format needs files or folders; see `dt-iommu format --help`');
  if (values.check && values.write) throw new Failure('--check changes nothing; leave it or --write out');
  const files = findFiles(operands, io.cwd, TEXTS);
  requireUtf8Names(files);
  if (files.length === 0) throw new Failure(`${operands.join(', ')}: no .dts, .dtsi or .dtso there`);
  const nameOf = (path: string) => relative(io.cwd, path).split(sep).join('/');
  const parser = await readGrammar();
  const progress = startProgress(io, 'formatting', files.length);
  const changed: Formatted[] = [];
  let broken = 0;
  for (const { file } of files) {
    progress.step();
    const { bytes, text } = read(file, nameOf(file));
    const ast = parser.parse(text);
    if (ast.hasError) broken++;
    const edits = changesOf(text, ast).map(({ start, end, text }) => ({ span: { file, start, end }, text }));
    if (edits.length > 0) changed.push({ path: file, bytes, before: text, after: applyEdits(text, edits) });
  }
  progress.end();
  if (values.write) write(changed);
  else if (values.check) for (const { path } of changed) io.out(`${nameOf(path)}\n`);
  else for (const { path, before, after } of changed) io.out(unifiedDiff(patchName(nameOf(path)), before, after));
  if (!values.quiet) {
    const done = values.write ? 'written' : `not in style${values.check ? '' : '; --write changes them'}`;
    const errors = broken > 0 ? `; ${plural(broken, 'file')} with syntax errors, which stay as they are there` : '';
    io.error(`${plural(changed.length, 'file')} of ${files.length} ${done}${errors}\n`);
  }
  return values.check && changed.length > 0 ? 1 : 0;
}

function read(path: string, name: string): { bytes: Uint8Array; text: string } {
  const found = readBytes(path);
  if (!found) throw new Failure(`${name}: cannot be read; check the path and its permissions`);
  if ('refusal' in found) throw new Failure(`${name}: ${found.refusal}`);
  const { bytes } = found;
  if (isBlob(bytes)) throw new Failure(`${name}: is a blob; format the source that it was compiled from`);
  return { bytes, text: decodeText(bytes) };
}

/** All or nothing, as far as it can be known beforehand. */
function write(files: readonly Formatted[]): void {
  for (const { path, bytes } of files) {
    requireWritable(realpathSync(path));
    const now = readBytes(path);
    if (!now || 'refusal' in now || !Buffer.from(now.bytes).equals(bytes)) {
      throw new Failure(`${path}: was changed while it was being formatted; nothing is written, run format again`);
    }
  }
  for (const { path, after } of files) writeOutput(realpathSync(path), encodeText(after));
}

/** As `patch -p1` wants it. */
function patchName(name: string): string {
  return name.replace(/^(?:\.\.\/)+|^\/+/, '');
}
