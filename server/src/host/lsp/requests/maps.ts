// SPDX-License-Identifier: MIT
// The requests about a board's DMA at a glance: the side bar's tree, the map's lanes, details and picture.
import { dirname, join } from '#base/files.ts';
import { inEnglish } from '#base/language.ts';
import type { Span } from '#base/text.ts';
import { locationOf, placeName } from '#host/lsp/convert.ts';
import * as protocol from '#host/lsp/protocol.ts';
import type { Session } from '#host/lsp/server.ts';
import type { View } from '#ide/analysis.ts';
import { configComplaint } from '#ide/boards/kernel-config.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { bootViewOf } from '#ide/map/boot-view.ts';
import { detailsOf } from '#ide/map/details.ts';
import { type DmaMap, dmaMap } from '#ide/map/dma-map.ts';
import { lanesOf } from '#ide/map/lanes.ts';
import { lanesSvg } from '#ide/map/lanes-svg.ts';
import { type OutlineNode, outlineOf, problemCount } from '#ide/map/outline.ts';
import { shownLanes } from '#ide/map/shown.ts';
import { overviewTable } from '#ide/map/table.ts';
import { besideOwn, whatIf } from '#ide/map/what-if.ts';
import { boardOn, type ReadConfig, wishesFor } from '#ide/map/wish.ts';
import { pathsAt } from '#ide/navigation/places.ts';
import { platformText } from '#wording/values.ts';

/** Registers what answers a request. */
export type Handle = <P, R extends object>(
  request: protocol.Request<P, R | null>,
  compute: (session: Session, params: P) => R | null,
) => void;

export function registerMap(handle: Handle): void {
  handle(protocol.dmaMap, ofView(dmaMapResult));
  handle(protocol.dmaLanes, ofView(dmaLanesResult));
  handle(protocol.dmaDetails, ofView(dmaDetailsResult));
  handle(protocol.dmaPicture, ofView(dmaPictureResult));
  handle(
    protocol.nodesAt,
    ofView(({ session: { workspace }, snapshot }, { file, position }) => ({
      paths: pathsAt(snapshot, workspace.path(file), position),
    })),
  );
  handle(
    protocol.bootView,
    ofView(({ snapshot }, { node }) => bootViewOf(snapshot, dmaMap(snapshot), node) ?? null),
  );
  handle(
    protocol.whatIf,
    ofView(({ session, view, snapshot }, { wish }) =>
      whatIf(snapshot, dmaMap(snapshot), wish, configReader(session, view)),
    ),
  );
}

interface Asked {
  readonly session: Session;
  readonly view: View;
  /** The board on the platform that is asked about. */
  readonly snapshot: Snapshot;
}

/** `null` for a document that cannot be read, and for a platform that is none. */
function ofView<P extends protocol.OnPlatform, R extends object>(
  compute: (asked: Asked, params: P) => R | null,
): (session: Session, params: P) => R | null {
  return (session, params) => {
    const { analysis, workspace } = session;
    const view = analysis.view(workspace.path(params.textDocument.uri));
    const snapshot = view && snapshotOn(session, view, params.on);
    return view && snapshot ? compute({ session, view, snapshot }, params) : null;
  };
}

/** The board of a document, on another platform if one is named. */
export function snapshotOn(session: Session, view: View, on: string | undefined): Snapshot | undefined {
  if (on === undefined || on === '') return view.snapshot;
  const found = boardOn(view.snapshot, on, configReader(session, view));
  return typeof found === 'string' ? undefined : found;
}

/** By URI, or by a path that begins at the board. */
export function configReader({ workspace }: Session, { choice, files }: View): ReadConfig {
  return (name) => {
    const path = /^[a-z][\w+.-]+:/i.test(name) ? workspace.path(name) : join(dirname(choice.board), name);
    const complaint = configComplaint(files, path);
    return complaint === undefined ? { text: files.read(path)?.text ?? '' } : { complaint };
  };
}

function dmaMapResult({ session, view }: Asked): protocol.DmaMapResult {
  const { workspace } = session;
  session.mapAsked(view.choice.board);
  const map = dmaMap(view.snapshot);
  const entry = ({ place, children, ...node }: OutlineNode): protocol.OutlineEntry => ({
    ...node,
    ...(place && { location: locationOf(workspace, place) }),
    children: children.map(entry),
  });
  const board = workspace.uri(view.choice.board);
  const platform = platformText(view.snapshot.platform);
  const text = inEnglish(() => tableOf(session.texts ? dmaMap(view.snapshot) : map, view));
  return { board, platform, outline: outlineOf(map).map(entry), problems: problemCount(map), text };
}

/** As the command line prints it: its columns are counted in characters. */
export function tableOf(map: DmaMap, { snapshot, choice }: View): string {
  return overviewTable(map, { board: choice.board, platform: platformText(snapshot.platform), width: 100 }).join('\n');
}

function dmaLanesResult(asked: Asked): protocol.DmaLanesResult {
  const { session, view, snapshot } = asked;
  session.mapAsked(view.choice.board);
  const map = dmaMap(snapshot);
  return {
    board: session.workspace.uri(view.choice.board),
    platform: platformText(snapshot.platform).replaceAll('`', ''),
    lanes: lanesOf(snapshot === view.snapshot ? map : besideOwn(dmaMap(view.snapshot), map)),
    places: placesOf(map, asked),
    wishes: wishesFor(snapshot, map),
  };
}

function placesOf({ iommus, devices }: DmaMap, asked: Asked): Record<string, protocol.NamedPlace> {
  return Object.fromEntries([...iommus, ...devices].map(({ path, place }) => [path, namedPlace(place, asked)]));
}

function namedPlace(span: Span, { session, view }: Asked): protocol.NamedPlace {
  return { name: placeName(span, view.snapshot.line(span)), ...locationOf(session.workspace, span) };
}

function dmaDetailsResult(asked: Asked, { node }: protocol.DmaNodeParams): protocol.DmaDetailsResult | null {
  const details = detailsOf(asked.snapshot, node);
  if (!details) return null;
  const reasons = details.reasons.map(({ evidence, ...reason }) => ({
    ...reason,
    places: evidence.map((span) => namedPlace(span, asked)),
  }));
  return { ...details, reasons };
}

function dmaPictureResult({ view, snapshot }: Asked, { only }: protocol.DmaPictureParams): protocol.TextResult {
  const all = lanesOf(dmaMap(snapshot));
  const { board } = view.choice;
  const platform = platformText(snapshot.platform);
  const shown = only ? shownLanes(all, new Set(only)) : all;
  return { text: lanesSvg(shown, { board: board.slice(board.lastIndexOf('/') + 1), platform }) };
}
