// SPDX-License-Identifier: MIT
// Runs in the webview: the page, and what comes from the extension.
import type { ToPage } from './messages.ts';
import { type Host, Page } from './page.ts';

declare function acquireVsCodeApi(): Host;

const root = document.getElementById('app');
if (root) {
  const page = new Page(acquireVsCodeApi(), root);
  window.addEventListener('message', ({ data }: MessageEvent<ToPage>) => page.receive(data));
}
