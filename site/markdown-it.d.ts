// SPDX-License-Identifier: MIT
// What the playground and the pages of the site use of markdown-it.
declare module 'markdown-it' {
  interface Options {
    readonly html?: boolean;
    readonly linkify?: boolean;
  }
  interface Token {
    readonly tag: string;
    readonly content: string;
    readonly children: readonly Token[] | null;
    attrGet(name: string): string | null;
    attrSet(name: string, value: string): void;
  }
  type RenderRule = (tokens: readonly Token[], at: number) => string;
  class MarkdownIt {
    constructor(options?: Options);
    readonly options: Options;
    readonly renderer: {
      readonly rules: Record<string, RenderRule>;
      render(tokens: readonly Token[], options: Options, env: object): string;
    };
    readonly utils: { escapeHtml(text: string): string };
    parse(text: string, env: object): Token[];
    render(text: string): string;
  }

  export = MarkdownIt;
}
