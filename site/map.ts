// SPDX-License-Identifier: MIT
// The DMA map in its frame: what the extension does for it in VS Code.
import type { DmaDetailsResult, DmaLanesResult } from '#host/lsp/protocol.ts';
import type { FromPage, ToPage } from '../client/webview/messages.ts';
import type { Position } from './editor.ts';
import type { Server } from './server.ts';

interface Place {
  readonly range: { readonly start: Position; readonly end: Position };
}

export interface MapHelp {
  readonly server: Server;
  readonly uri: string;
  /** Shows a place of the text. */
  reveal(place: Place): void;
  explain(path: string): void;
  rule(id: string): void;
}

export class MapFrame {
  readonly #frame: HTMLIFrameElement;
  readonly #help: MapHelp;
  #shown: DmaLanesResult | undefined;
  #details: { readonly path: string; readonly details: DmaDetailsResult | null } | undefined;
  #ready = false;
  #asked = 0;

  constructor(frame: HTMLIFrameElement, help: MapHelp) {
    this.#frame = frame;
    this.#help = help;
    window.addEventListener('message', ({ source, origin, data }: MessageEvent<FromPage>) => {
      if (source === frame.contentWindow && origin === location.origin) void this.#receive(data);
    });
    frame.src = 'map.html';
  }

  /** The last answer that was asked for wins. */
  async refresh(): Promise<void> {
    if (!this.#ready) return;
    const asked = ++this.#asked;
    const found = await this.#ask<DmaLanesResult>('dtIommu/dmaLanes', {});
    if (asked !== this.#asked || !found) return;
    this.#shown = found;
    const places = Object.fromEntries(Object.entries(found.places).map(([path, { name }]) => [path, name]));
    const { board, platform, lanes, wishes } = found;
    this.#post({
      type: 'map',
      content: { board, name: 'board.dts', platform, lanes, places, wishes, on: '', inEditor: false },
    });
  }

  async #receive(message: FromPage): Promise<void> {
    const show = (place: Place | undefined) => place && this.#help.reveal(place);
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        await this.refresh();
        break;
      case 'reveal':
        show(this.#shown?.places[message.path]);
        break;
      case 'details':
        this.#details = { path: message.path, details: await this.#ask('dtIommu/dmaDetails', { node: message.path }) };
        this.#post({ type: 'details', ...this.#details });
        break;
      case 'evidence':
        if (this.#details?.path === message.path) {
          show(this.#details.details?.reasons[message.reason]?.places[message.place]);
        }
        break;
      case 'boot':
        this.#post({ type: 'boot', boot: await this.#ask('dtIommu/bootOrder', { node: message.path }) });
        break;
      case 'what-if': {
        const { wish } = message;
        this.#post({ type: 'what-if', wish, result: await this.#ask('dtIommu/whatIf', { wish }) });
        break;
      }
      case 'explain':
        this.#help.explain(message.path.split('#')[0] ?? '');
        break;
      case 'rule':
        this.#help.rule(message.id);
        break;
      case 'copy':
        await navigator.clipboard?.writeText(message.text);
        break;
      case 'export':
        await this.#save(message.only);
        break;
    }
  }

  async #save(only: readonly string[] | null): Promise<void> {
    const found = await this.#ask<{ text: string }>('dtIommu/dmaPicture', only === null ? {} : { only });
    if (!found) return;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([found.text], { type: 'image/svg+xml' }));
    link.download = 'board-dma.svg';
    link.click();
    URL.revokeObjectURL(link.href);
  }

  #post(message: ToPage): void {
    this.#frame.contentWindow?.postMessage(message, location.origin);
  }

  #ask<R>(method: string, params: object): Promise<R | null> {
    const all = { textDocument: { uri: this.#help.uri }, ...params };
    return this.#help.server.request<R | null>(method, all).catch(() => null);
  }
}
