// SPDX-License-Identifier: MIT
// The requests about a board's DMA at a glance: the side bar's tree, the map's lanes, details and picture.
import type { Span } from '#base/text.ts';
import { locationOf, placeName } from '#host/lsp/convert.ts';
import * as protocol from '#host/lsp/protocol.ts';
import type { Session } from '#host/lsp/server.ts';
import type { View } from '#ide/analysis.ts';
import { bootViewOf } from '#ide/map/boot-view.ts';
import { detailsOf } from '#ide/map/details.ts';
import { type DmaMap, dmaMap } from '#ide/map/dma-map.ts';
import { lanesOf } from '#ide/map/lanes.ts';
import { lanesSvg } from '#ide/map/lanes-svg.ts';
import { type OutlineNode, outlineOf, problemCount } from '#ide/map/outline.ts';
import { shownLanes } from '#ide/map/shown.ts';
import { overviewTable } from '#ide/map/table.ts';
import { whatIf, wishesFor } from '#ide/map/what-if.ts';
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
    protocol.bootView,
    ofView(({ view: { snapshot } }, { node }) => bootViewOf(snapshot, dmaMap(snapshot), node) ?? null),
  );
  handle(
    protocol.whatIf,
    ofView(({ view: { snapshot } }, { wish }) => whatIf(snapshot, dmaMap(snapshot), wish)),
  );
}

interface Asked {
  readonly session: Session;
  readonly view: View;
}

/** `null` for a document that cannot be read. */
function ofView<P extends protocol.DocumentParams, R extends object>(
  compute: (asked: Asked, params: P) => R | null,
): (session: Session, params: P) => R | null {
  return (session, params) => {
    const { analysis, workspace } = session;
    const view = analysis.view(workspace.path(params.textDocument.uri));
    return view ? compute({ session, view }, params) : null;
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
  const text = overviewTable(map, { board: view.choice.board, platform, width: 100 }).join('\n');
  return { board, platform, outline: outlineOf(map).map(entry), problems: problemCount(map), text };
}

function dmaLanesResult(asked: Asked): protocol.DmaLanesResult {
  const { session, view } = asked;
  session.mapAsked(view.choice.board);
  const map = dmaMap(view.snapshot);
  return {
    board: session.workspace.uri(view.choice.board),
    platform: platformText(view.snapshot.platform).replaceAll('`', ''),
    lanes: lanesOf(map),
    places: placesOf(map, asked),
    wishes: wishesFor(view.snapshot, map),
  };
}

function placesOf({ iommus, devices }: DmaMap, asked: Asked): Record<string, protocol.NamedPlace> {
  return Object.fromEntries([...iommus, ...devices].map(({ path, place }) => [path, namedPlace(place, asked)]));
}

function namedPlace(span: Span, { session, view }: Asked): protocol.NamedPlace {
  return { name: placeName(span, view.snapshot.line(span)), ...locationOf(session.workspace, span) };
}

function dmaDetailsResult(asked: Asked, { node }: protocol.DmaNodeParams): protocol.DmaDetailsResult | null {
  const details = detailsOf(asked.view.snapshot, node);
  if (!details) return null;
  const reasons = details.reasons.map(({ evidence, ...reason }) => ({
    ...reason,
    places: evidence.map((span) => namedPlace(span, asked)),
  }));
  return { ...details, reasons };
}

function dmaPictureResult({ view }: Asked, { only }: protocol.DmaPictureParams): protocol.TextResult {
  const all = lanesOf(dmaMap(view.snapshot));
  const { board } = view.choice;
  const platform = platformText(view.snapshot.platform);
  const shown = only ? shownLanes(all, new Set(only)) : all;
  return { text: lanesSvg(shown, { board: board.slice(board.lastIndexOf('/') + 1), platform }) };
}
