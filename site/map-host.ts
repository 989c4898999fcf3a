// SPDX-License-Identifier: MIT
// Stands in the frame of the map for what VS Code gives a webview; the page around it is the extension.
import type { FromPage, PageState } from '../client/webview/messages.ts';

let state: PageState | undefined;

window.addEventListener('message', (event) => {
  if (event.source !== window.parent || event.origin !== location.origin) event.stopImmediatePropagation();
});

Object.assign(globalThis, {
  acquireVsCodeApi: () => ({
    postMessage: (message: FromPage) => window.parent.postMessage(message, location.origin),
    getState: () => state,
    setState: (next: PageState) => {
      state = next;
    },
  }),
});
document.body.className = matchMedia('(prefers-color-scheme: dark)').matches ? 'vscode-dark' : 'vscode-light';
