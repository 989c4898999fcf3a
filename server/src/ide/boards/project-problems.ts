// SPDX-License-Identifier: MIT
// What is wrong in a project file, at its place there: fields that are not read, and names that lead nowhere.
import { dirname, join } from '#base/files.ts';
import { jsonPlaces } from '#base/json-places.ts';
import { nearest } from '#base/likeness.ts';
import type { Problem, Severity } from '#base/problem.ts';
import { plainText } from '#base/text.ts';
import { isCoreSchemas } from '#bindings/files.ts';
import type { FileSystem } from '#ide/files/file-system.ts';
import { CATALOGUE } from '#rules/index.ts';
import { configComplaint } from './kernel-config.ts';
import { PROJECT_FIELDS, type Project, parseProject } from './project.ts';

/** In text order; none when there is no such file. */
export function projectProblems(files: FileSystem, file: string): Problem[] {
  const text = files.read(file)?.text;
  if (text === undefined) return [];
  const { project, complaints } = parseProject(text, file);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return [notJson(file, text, error)];
  }
  const places = jsonPlaces(text);
  const at = (
    severity: Severity,
    message: string,
    path: readonly (string | number)[],
    part: 'key' | 'value',
  ): Problem => {
    const place = places.get(JSON.stringify(path));
    const [start, end] = (part === 'key' ? place?.key : undefined) ?? place?.value ?? [0, 0];
    return { rule: 'project-file', severity, message, span: { file, start, end } };
  };
  const problems = complaints.map((complaint) => {
    const name = /^`(\w+)`/.exec(complaint)?.[1];
    const isField = name !== undefined && PROJECT_FIELDS.includes(name);
    const alike = name === undefined || isField ? undefined : nearest(name, PROJECT_FIELDS, 1)[0];
    const advice = alike === undefined ? '' : ` Is ${alike} meant?`;
    return at('error', plainText(complaint) + advice, name === undefined ? [] : [name], isField ? 'value' : 'key');
  });
  for (const { message, path, part } of dangling(files, project, json, dirname(file))) {
    problems.push(at('warning', message, path, part));
  }
  return problems.sort((a, b) => a.span.start - b.span.start);
}

function notJson(file: string, text: string, error: unknown): Problem {
  const reason = error instanceof Error ? error.message : String(error);
  const at = Number(/at position (\d+)/.exec(reason)?.[1] ?? text.trimEnd().length);
  const start = Math.min(at, Math.max(0, text.trimEnd().length - 1));
  const message = `This is not JSON, so nothing in the file counts: ${reason.replace(/ in JSON at position.*| \(line \d.*/s, '')}.`;
  return { rule: 'project-file', severity: 'error', message, span: { file, start, end: start + 1 } };
}

interface Dangling {
  readonly message: string;
  readonly path: readonly (string | number)[];
  readonly part: 'key' | 'value';
}

/** What is read and leads nowhere. */
function* dangling(files: FileSystem, project: Project, json: unknown, folder: string): Generator<Dangling> {
  for (const id of Object.keys(project.rules ?? {})) {
    if (CATALOGUE.byId.has(id)) continue;
    const [alike] = nearest(id, CATALOGUE.byId.keys(), 1);
    const advice = alike === undefined ? 'dt-iommu rules lists them' : `the nearest is ${alike}`;
    yield { message: `No rule is called ${id}; ${advice}.`, path: ['rules', id], part: 'key' };
  }
  const written = (field: string): unknown => (json as Record<string, unknown>)[field];
  for (const [index, board] of (project.boards ?? []).entries()) {
    const own = ['boards', index] as const;
    yield* absent(files, board.file, [...own, 'file']);
    for (const [at, overlay] of board.overlays.entries()) yield* absent(files, overlay, [...own, 'overlays', at]);
    for (const [at, domain] of (board.domains ?? []).entries()) {
      yield* absent(files, domain.deviceTree, [...own, 'domains', at, 'deviceTree']);
    }
  }
  for (const [index, path] of (project.includePaths ?? []).entries()) {
    if (files.isFolder(path)) continue;
    yield {
      message: `There is no folder ${path}; no include is found there.`,
      path: ['includePaths', index],
      part: 'value',
    };
  }
  if (project.dtSchema !== undefined && !isCoreSchemas(files, project.dtSchema)) {
    yield { message: noSchemas(String(written('dtSchema'))), path: ['dtSchema'], part: 'value' };
  }
  for (const [field, built] of [
    ['kernelConfig', 'kernel'],
    ['xenConfig', 'Xen'],
  ] as const) {
    if (project[field] === undefined) continue;
    const complaint = configComplaint(files, join(folder, String(written(field))), built);
    if (complaint !== undefined)
      yield { message: plainText(`${written(field)} ${complaint}.`), path: [field], part: 'value' };
  }
}

/** Of a `dtSchema` that is none. */
export function noSchemas(path: string): string {
  return plainText(
    `${path} has no dt-core.yaml, so nothing is read there; the schemas are in the folder schemas of the Python package dtschema.`,
  );
}

function* absent(files: FileSystem, file: string, path: readonly (string | number)[]): Generator<Dangling> {
  if (files.isFile(file)) return;
  const names = files.list(dirname(file)).filter((name) => /\.(?:dtso?|dtsi|overlay|dtbo?)$/.test(name));
  const [alike] = nearest(file.slice(file.lastIndexOf('/') + 1), names, 1);
  const advice = alike === undefined ? '' : ` The nearest is ${alike}.`;
  yield { message: `There is no file ${file}.${advice}`, path, part: 'value' };
}
