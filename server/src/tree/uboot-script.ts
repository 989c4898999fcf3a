// SPDX-License-Identifier: MIT
// A script of U-Boot with `fdt` commands (as ImageBuilder writes for Xen) as DTS statements that change a host's tree: one
// line of statements for each line of the script, so that a finding has the script's line. U-Boot cmd/fdt.c.

/** Whether a text is such a script and no device tree. */
export function isUbootScript(text: string): boolean {
  return (
    /^[ \t]*fdt[ \t]+(addr|set|mknod|resize|rm|chosen)\b/m.test(text) &&
    !/^[ \t]*\/dts-v1\/|^[ \t]*\/[ \t]*\{/m.test(text)
  );
}

/** What is said of one that stands in the place of a device tree. */
export const SCRIPT_MESSAGE =
  'This is a script of U-Boot with `fdt` commands and no device tree: `dt-iommu check HOST.dtb --uboot-script FILE` reads it as changes to the tree of a host.';

/** The statements of a script; what cannot be known is left out, and a `#warning` says so. */
export function ubootStatements(text: string): string {
  const state: State = { variables: new Map(), here: undefined, elsewhere: false };
  const lines = text.split('\n');
  const written: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    let line = (lines[at] ?? '').replace(/\r$/, '');
    let joined = 0;
    while (/(^|[^\\])\\$/.test(line) && at + 1 < lines.length) {
      line = `${line.slice(0, -1)}${(lines[++at] ?? '').replace(/\r$/, '')}`;
      joined++;
    }
    written.push(
      commands(line)
        .map((words) => statement(words, state))
        .filter((each) => each !== '')
        .join(' '),
    );
    for (; joined > 0; joined--) written.push('');
  }
  return written
    .map((line) => (line.includes(WARNING) ? `#warning ${line.slice(line.indexOf(WARNING) + 1)}` : line))
    .join('\n');
}

/** Marks a complaint among the statements of a line; a directive has a line of its own. */
const WARNING = '\u0001';

interface State {
  readonly variables: Map<string, string>;
  /** The address of the tree that the script works on first. */
  here: string | undefined;
  /** `fdt addr` went to another tree. */
  elsewhere: boolean;
}

/** A word of a command, before variables are put in; `raw` words stand in single quotes. */
interface Word {
  readonly text: string;
  readonly raw: boolean;
}

/** The commands of a line, cut as U-Boot's shell does: quotes, `\`, `;`, `&&`, `||`, `#` before a word. */
function commands(line: string): Word[][] {
  const found: Word[][] = [];
  let words: Word[] = [];
  for (const [token] of line.matchAll(/\s+|;|&&|\|\||#.*|(?:"(?:[^"\\]|\\.)*"?|'[^']*'?|\\.|[^\s;&|"'\\]|[&|])+/g)) {
    if (/^\s/.test(token)) continue;
    if (token.startsWith('#')) break;
    if (token === ';' || token === '&&' || token === '||') {
      found.push(words);
      words = [];
    } else words.push(unquoted(token));
  }
  found.push(words);
  return found
    .map((each) => each.slice(each.findIndex(({ text }) => !KEYWORDS.has(text))))
    .filter(({ length }) => length > 0);
}

const KEYWORDS = new Set(['then', 'else', 'do', 'if']);

function unquoted(token: string): Word {
  const raw = /^'.*'?$/.test(token);
  if (raw) return { text: token.replace(/^'|'$/g, ''), raw };
  return { text: token.replace(/\\(.)|"/g, (_, escaped: string | undefined) => escaped ?? ''), raw };
}

function statement(words: readonly Word[], state: State): string {
  const unset = new Set<string>();
  const [command = '', action = '', ...rest] = words.map((word) => withVariables(word, state.variables, unset));
  if (command === 'setenv' && action !== '') {
    if (unset.size === 0) state.variables.set(action, rest.join(' '));
    else state.variables.delete(action);
    return '';
  }
  if (command !== 'fdt') return '';
  if (action === 'addr') {
    const address = rest.find((word) => !word.startsWith('-')) ?? '';
    state.here ??= address;
    state.elsewhere = address !== state.here;
    return '';
  }
  if (state.elsewhere || !['set', 'mknod', 'rm', 'mk', 'mkn'].includes(action)) return '';
  // Where a module was loaded to, only the boot knows: that it has a place is certain.
  if (unset.size > 0 && action === 'set' && rest[1] === 'reg') return change(action, rest.slice(0, 2));
  if (unset.size > 0)
    return `${WARNING}the script does not set ${[...unset].map((name) => `\${${name}}`).join(', ')}, so this command is left out: fdt ${action} ${rest[0] ?? ''} ${rest[1] ?? ''}`;
  return change(action, rest);
}

function withVariables({ text, raw }: Word, variables: ReadonlyMap<string, string>, unset: Set<string>): string {
  if (raw) return text;
  return text.replace(/\$\{(\w+)\}|\$(\w+)/g, (_, braced: string | undefined, plain: string | undefined) => {
    const name = braced ?? plain ?? '';
    const value = variables.get(name);
    if (value === undefined) unset.add(name);
    return value ?? '';
  });
}

/** What DTS can name: no quotes, braces or line ends reach the text. */
const NAME = /^[\w,.+?#@-]+$/;
const PATH = /^\/(?:[\w,.+#@-]+(?:\/[\w,.+#@-]+)*\/?)?$/;

function change(action: string, [path = '', name, ...values]: readonly string[]): string {
  if (!PATH.test(path) || (name !== undefined && !NAME.test(name)))
    return `${WARNING}this command is left out, because only full paths and plain names are read: fdt ${action}`;
  const node = path.replace(/\/+$/, '');
  const within = (content: string): string => (node === '' ? `/ { ${content} };` : `&{${node}} { ${content} };`);
  if (action === 'rm') {
    if (name !== undefined) return within(`/delete-property/ ${name};`);
    return node === '' ? '' : `/delete-node/ &{${node}};`;
  }
  if (name === undefined) return '';
  if (action !== 'set') return within(`${name} { };`);
  const value = propertyValue(values);
  if (value === undefined)
    return `${WARNING}this value is not a list of cells, bytes or strings, so the command is left out: fdt set ${path} ${name}`;
  return within(value === '' ? `${name};` : `${name} = ${value};`);
}

/** The value of `fdt set` as DTS, by its first character; `undefined` where U-Boot takes it for wrong (fdt_parse_prop). */
function propertyValue(values: readonly string[]): string | undefined {
  const text = values.join(' ').trim();
  if (values.length === 0) return '';
  if (text.startsWith('<')) {
    const cells = /^<\s*((?:(?:0[xX][\da-fA-F]+|\d+)\s*)*)>$/.exec(text);
    return cells ? `<${(cells[1] ?? '').trim()}>` : undefined;
  }
  if (text.startsWith('[')) return /^\[[\s\da-fA-F]*\]$/.test(text) ? text : undefined;
  return values.map((each) => `"${each.replace(/[\\"]/g, '\\$&').replace(/[^\x20-\x7e]/g, '')}"`).join(', ');
}
