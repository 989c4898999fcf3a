// SPDX-License-Identifier: MIT
// What the playground uses of markdown-it.
declare module 'markdown-it' {
  interface Options {
    readonly html?: boolean;
    readonly linkify?: boolean;
  }
  type RenderRule = (tokens: readonly { readonly tag: string }[], at: number) => string;
  class MarkdownIt {
    constructor(options?: Options);
    readonly renderer: { readonly rules: Record<string, RenderRule> };
    render(text: string): string;
  }

  export = MarkdownIt;
}
