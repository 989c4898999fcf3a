// SPDX-License-Identifier: MIT
// The shape that all hovers have: a headline, a line of facts, the reason that decides, links to the rest.
import { t } from '#base/language.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { code, type Link, linkMarkdown, prose } from '#ide/explain/markup.ts';
import { countWaits } from '#model/probe/boot-order.ts';
import type { Step } from '#model/report/types.ts';
import { nodeByPath, pathOf } from '#tree/query.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';
import { statementText } from '#wording/statements/index.ts';
import { withoutStop } from '#wording/statements/terms.ts';

/** What the editor that asks can do. */
export interface Reader {
  readonly link: Link;
  /** A link that runs a command of our client on a node; absent elsewhere, and then there are no icons either. */
  readonly command?: (command: 'explain' | 'showMap' | 'showWaits', path: string) => string;
}

export interface Asked {
  readonly snapshot: Snapshot;
  readonly reader: Reader;
  /** What the provider's binding calls the cells that this property of it counts. */
  readonly cellNames?: (provider: DtNode, cells: string) => readonly string[] | undefined;
  /** What such cells are usually called; empty where that is not known. */
  readonly usualNames?: (provider: DtNode, cells: string, count: number) => readonly string[];
}

/** Names of codicons. */
export type Icon = 'shield' | 'arrow-right' | 'circle-slash' | 'clock' | 'key' | 'vm' | 'redo' | 'question';

/** All parts are Markdown. */
export interface Sheet {
  readonly icon?: Icon;
  readonly headline: string;
  /** One line. */
  readonly facts: readonly string[];
  /** Each a paragraph: a table, a list of names. */
  readonly body?: readonly string[];
  /** Lines of the paragraph that says why. */
  readonly reason?: readonly string[];
  /** The last lines, behind a rule. */
  readonly links?: readonly string[];
}

export function sheetMarkdown({ reader }: Asked, sheet: Sheet): string {
  const mark = sheet.icon && reader.command ? `$(${sheet.icon}) ` : '';
  const facts = sheet.facts.filter((fact) => fact !== '').join(' · ');
  const head = `${mark}**${sheet.headline}**${facts === '' ? '' : `  \n${facts}`}`;
  const reason = (sheet.reason ?? []).filter((line) => line !== '').join('  \n');
  const links = (sheet.links ?? []).filter((line) => line !== '').join('  \n');
  const main = [head, ...(sheet.body ?? []), reason].filter((part) => part !== '').join('\n\n');
  return links === '' ? main : `${main}\n\n---\n${links}`;
}

/** Label, else the name of the node. */
export function nameOf(node: DtNode): string {
  return node.labels[0]?.name ?? (node.name === '' ? '/' : node.name);
}

/** The name of the node with the path; another text as it is. */
export function shortName(tree: DeviceTree): (path: string) => string {
  return (path) => {
    const node = path.startsWith('/') ? nodeByPath(tree, path) : undefined;
    return node ? nameOf(node) : path;
  };
}

/** `iommus names apps_smmu, … — sm8550.dtsi:2009 · of_iommu_xlate`. */
export function reasonLine(asked: Asked, { statement, evidence, authority }: Step): string {
  const { snapshot, reader } = asked;
  const text = prose(withoutStop(statementText(statement)), shortName(snapshot.tree));
  const [place] = evidence;
  const where = [...(place && place.file !== '' ? [linkMarkdown(reader.link(place))] : []), ...functionOf(authority)];
  return where.length === 0 ? text : `${text} — ${where.join(' · ')}`;
}

/** The function of `Linux 6.12 drivers/iommu/of_iommu.c:of_iommu_xlate`, in code; a file where it names none. */
export function functionOf(authority: string): string[] {
  const name = /[:/]([\w.-]+)(?: \([^)]*\))?$/.exec(authority)?.[1];
  return name === undefined ? [] : [code(name)];
}

/** So many of something, and the command that shows them. */
export interface Counted {
  readonly text: string;
  readonly leads: 'explain' | 'showWaits';
}

/** `[Explain](…) · [Show in map](…) · [7 reasons](…)`; empty in editors without our commands. */
export function commandLinks({ reader }: Asked, node: DtNode, more: readonly Counted[] = []): string {
  const { command } = reader;
  if (!command) return '';
  const path = pathOf(node);
  const explain = command('explain', path);
  const map = t('[Show in map]({0})', command('showMap', path));
  const links = [
    t('[Explain]({0})', explain),
    map,
    ...more.map(({ text, leads }) => `[${text}](${command(leads, path)})`),
  ];
  return links.join(' · ');
}

/** `13 waits`, as many as the map lists where the link leads; no boot order is worked out for it. */
export function waitsLink({ snapshot: { tree, platform } }: Asked, node: DtNode): Counted[] {
  const waits = platform.kind === 'zephyr' ? 0 : countWaits(tree, platform, node);
  return waits === 0 ? [] : [{ text: waits === 1 ? t('{0} wait', waits) : t('{0} waits', waits), leads: 'showWaits' }];
}

/** Where the node is, and what opens it: the last three places. */
export function placesLine({ reader }: Asked, node: DtNode): string {
  const opened = node.origins.filter(({ kind }) => kind === 'open').map(({ name }) => name);
  const shown = opened.slice(-3).map((span) => linkMarkdown(reader.link(span)));
  const more = opened.length > shown.length ? [t('{0} more', opened.length - shown.length)] : [];
  return [code(pathOf(node)), [...shown, ...more].join(', ')].filter((part) => part !== '').join(' · ');
}
