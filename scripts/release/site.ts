// SPDX-License-Identifier: MIT
// `npm run site [-- --out DIR]`: the playground and the documentation as files for any web server, into `dist/site`.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import MarkdownIt from 'markdown-it';
import { ROOT } from '../oracle/kernel.ts';
import { type Bundled, bundledPackages, noticesText } from './bundled.ts';

const at = (...names: readonly string[]): string => path.join(ROOT, ...names);
const REPOSITORY = 'https://github.com/devicetree-iommu/devicetree-iommu/blob/main/';
/** What of dist/ the page runs: the server in a worker, the map; the library for who writes a page of their own. */
const PARTS = [
  'server-web.js',
  'dma-map.js',
  'dma-map.css',
  'library.js',
  'web-tree-sitter.wasm',
  'tree-sitter-devicetree.wasm',
];
const EXAMPLES = [
  'xen-guest.dts',
  'smmu-virt.dts',
  'virtio-iommu.dts',
  'pci-host.dts',
  'legacy/one-disk.dts',
  ...readdirSync(at('examples/broken')).map((name) => `broken/${name}`),
];

const markdown = new MarkdownIt({ html: false });
for (const cell of ['th_open', 'td_open']) {
  // Styles in the text are forbidden by the pages' policy.
  markdown.renderer.rules[cell] = (tokens, index) => `<${tokens[index]?.tag}>`;
}
markdown.renderer.rules.heading_open = (tokens, index) => {
  const id = slug(tokens[index + 1]?.content ?? '');
  return `<${tokens[index]?.tag} id="${id}">`;
};

/** As GitHub names headings. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

/** Where a link of a page leads on the site: to the page of another page, or to the repository. */
function linkOn(page: string, href: string): string {
  if (/^[a-z]+:|^#/.test(href)) return href;
  const [file = '', anchor] = href.split('#');
  const target = path.posix.normalize(path.posix.join(path.posix.dirname(page), file));
  const hash = anchor === undefined ? '' : `#${anchor}`;
  if (target === 'README.md') return `${up(page)}docs/index.html${hash}`;
  if (target.startsWith('docs/') && /\.(md|png|json)$/.test(target)) {
    return `${up(page)}${target.replace(/\.md$/, '.html')}${hash}`;
  }
  return `${REPOSITORY}${target}${hash}`;
}

function up(page: string): string {
  return page === 'README.md' ? '../' : '../'.repeat(page.split('/').length - 1);
}

/** A page as the search finds it. */
interface Indexed {
  readonly href: string;
  readonly title: string;
  readonly text: string;
}

/** Writes the page of a file of the repository, and gives what the search knows of it. */
function writePage(out: string, template: string, page: string): Indexed {
  const source = readFileSync(at(page), 'utf8');
  const title = /^# (.+)$/m.exec(source)?.[1]?.replaceAll('`', '') ?? page;
  const tokens = markdown.parse(source, {});
  for (const token of tokens.flatMap((each) => [each, ...(each.children ?? [])])) {
    for (const name of ['href', 'src']) {
      const link = token.attrGet(name);
      if (link !== null) token.attrSet(name, linkOn(page, link));
    }
  }
  const fill = {
    title: `${markdown.utils.escapeHtml(title)}: Devicetree IOMMU`,
    root: up(page),
    content: markdown.renderer.render(tokens, markdown.options, {}),
  };
  const html = template.replaceAll(/<!-- (title|root|content) -->/g, (_, name: keyof typeof fill) => fill[name]);
  const href = page === 'README.md' ? 'docs/index.html' : page.replace(/\.md$/, '.html');
  mkdirSync(path.dirname(path.join(out, href)), { recursive: true });
  writeFileSync(path.join(out, href), html);
  return {
    href,
    title,
    text: source
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_,.#-]+/gu, ' ')
      .slice(0, 3000),
  };
}

/** The scripts of the page, and the notices of what it has of others. */
async function writeBundles(out: string): Promise<void> {
  const { metafile } = await build({
    entryPoints: ['main', 'search', 'map-host'].map((name) => at(`site/${name}.ts`)),
    outdir: out,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    metafile: true,
    absWorkingDir: ROOT,
    logLevel: 'warning',
  });
  const ours = Object.entries(metafile.outputs).map(
    ([file, { inputs }]) => [path.basename(file), Object.keys(inputs)] as const,
  );
  const others = JSON.parse(readFileSync(at('dist/bundled.json'), 'utf8')) as Bundled[];
  const inParts = others
    .map((one) => ({
      ...one,
      within: one.within.map((file) => path.basename(file)).filter((file) => PARTS.includes(file)),
    }))
    .filter(({ within }) => within.length > 0);
  writeFileSync(
    path.join(out, 'third-party-notices.txt'),
    noticesText([...inParts, ...bundledPackages(new Map(ours), ROOT)]),
  );
}

/** What is as it stands in the repository, and the page of the playground. */
function copyFiles(out: string): void {
  for (const name of PARTS) cpSync(at('dist', name), path.join(out, name));
  for (const name of EXAMPLES) cpSync(at('examples', name), path.join(out, 'examples', name));
  for (const name of ['theme.css', 'site.css', 'map.html']) cpSync(at('site', name), path.join(out, name));
  cpSync(at('docs/images/icon.svg'), path.join(out, 'images/icon.svg'));
  cpSync(at('docs/images'), path.join(out, 'docs/images'), { recursive: true });
  cpSync(at('docs/json.schema.json'), path.join(out, 'docs/json.schema.json'));
  const choices = EXAMPLES.map((name) => `<option value="${name}">${name.replace('.dts', '')}</option>`).join('\n');
  writeFileSync(
    path.join(out, 'index.html'),
    readFileSync(at('site/index.html'), 'utf8').replace('<!-- examples -->', choices),
  );
}

export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { out: { type: 'string', default: at('dist/site') } } });
  const out = path.resolve(values.out);
  const built = spawnSync(process.execPath, [at('build.mjs')], { cwd: ROOT, stdio: 'inherit' });
  if (built.status !== 0) return 1;
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  await writeBundles(out);
  copyFiles(out);
  const template = readFileSync(at('site/page.html'), 'utf8');
  const docs = readdirSync(at('docs'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
  const pages = ['README.md', ...docs.map((name) => `docs/${name.split(path.sep).join('/')}`).sort()];
  const index = pages.map((page) => writePage(out, template, page));
  writeFileSync(path.join(out, 'search.json'), JSON.stringify(index));
  console.log(`${index.length} pages and the playground in ${path.relative(process.cwd(), out) || '.'}`);
  return 0;
}
