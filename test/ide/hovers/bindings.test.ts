// SPDX-License-Identifier: MIT
// Hovers and type definitions with the bindings of the tree.
import { beforeAll, expect, test } from 'vitest';
import { loadYaml } from '#bindings/yaml.ts';
import { hover } from '#ide/navigation/hover.ts';
import { typeDefinition } from '#ide/navigation/type-definition.ts';
import { FILES, ROOT } from '#test/bindings/trees.ts';
import { ZEPHYR_FIXTURE } from '#test/bindings/zephyr-trees.ts';
import { editor } from '#test/support/views.ts';

beforeAll(loadYaml);

const BINDINGS = Object.entries(FILES)
  .map(([path, text]) => `//- ${path}\n${text}`)
  .join('\n');

function at(text: string) {
  const { view, offset, place } = editor(`//- /linux/arch/board.dts\n/dts-v1/;\n${text}\n${BINDINGS}`);
  view.knowledge.bindings(view.file);
  while (view.knowledge.work());
  const link = (span: { file: string }) => ({ text: 'place', href: span.file });
  return {
    hover: hover(view, offset, { link })?.markdown ?? '',
    types: typeDefinition(view, offset).map(place),
  };
}

test('a compatible has the title of its binding, and a link to it', () => {
  const { hover, types } = at('/ { dma { compatible = "acme,soc1-engine", "acme,eng$0ine-v2"; }; };');
  expect(hover).toBe(
    '`acme,engine-v2` — **Acme DMA engine**  \n' +
      `[acme,engine.yaml](${ROOT}/dma/acme,engine.yaml)\n\nMoves memory to \\*memory\\*.\n\nHas channels.`,
  );
  expect(types).toEqual([`${ROOT.slice(1)}/dma/acme,engine.yaml:36 acme,engine-v2`]);
});

test('a property has what its binding says of it', () => {
  const { hover, types } = at('/ { dma { compatible = "acme,engine-v1"; acme,de$0pth = <4>; }; };');
  expect(hover).toContain(
    `\`acme,depth\` · uint32 · default \`8\`\n\nDepth of the queue.\n\nValues from 1 up to 64\n\n[acme,engine.yaml](${ROOT}/dma/acme,engine.yaml)`,
  );
  expect(types).toEqual([`${ROOT.slice(1)}/dma/acme,engine.yaml:60 acme,depth:`]);
  expect(at('/ { dma { compatible = "acme,engine-v1"; acme,m$0ode = "fast"; }; };').hover).toContain(
    'Values: `fast`, `slow`',
  );
  expect(at('/ { dma { compatible = "acme,engine-v1"; #dma-c$0ells = <1>; }; };').hover).toContain('**required**');
  expect(at('/ { dma { compatible = "acme,engine-v1"; acme,o$0ld; }; };').hover).toContain('flag · **deprecated**');
});

test('a node, and a child of one, lead to the binding', () => {
  const file = `${ROOT.slice(1)}/dma/acme,engine.yaml`;
  expect(at('/ { d$0ma { compatible = "acme,engine-v1"; }; };').types).toEqual([`${file}:31 acme,engine-v1`]);
  expect(at('/ { dma { compatible = "acme,engine-v1"; chan$0nel@1 { }; }; };').types).toEqual([`${file}:1`]);
  expect(at('/ { other { a$0 = <1>; }; };').types).toEqual([]);
});

test('without bindings a property of the specification has words of ours', () => {
  const { view, offset } = editor('/dts-v1/;\n/ { dma { reg-na$0mes = "a"; }; };');
  const text = hover(view, offset, { link: () => ({ text: 'place', href: '' }) })?.markdown;
  expect(text).toMatch(/A name for each entry of reg\.$/);
});

test('what no binding names has no lines of one', () => {
  expect(at('/ { dma { compatible = "acme,engine-v1"; acme,ot$0her = <4>; }; };').hover).not.toContain('yaml');
  expect(at('/ { dma { compatible = "acme,en$0gine-v3"; }; };').hover).toBe('');
});

function inZephyr(text: string): string {
  const { view, offset } = editor(`//- /ws/zephyr/boards/acme/kit/kit.dts\n/dts-v1/;\n${text}\n${ZEPHYR_FIXTURE}`);
  view.knowledge.bindings(view.file);
  while (view.knowledge.work());
  return hover(view, offset, { link: ({ file }) => ({ text: 'place', href: file }) })?.markdown ?? '';
}

test('in a Zephyr tree compatibles, properties and cells have what its bindings say', () => {
  expect(inZephyr('/ { bus { compatible = "acme,two$0wire"; }; };')).toBe(
    '`acme,twowire` — **Acme two-wire controller**  \n' +
      '[acme,twowire.yaml](/ws/zephyr/dts/bindings/bus/acme,twowire.yaml)\n\nTalks over two wires.\n\nAnd listens.',
  );
  const meter = (bus: string) =>
    inZephyr(`/ { bus { compatible = "${bus}"; meter { compatible = "acme,me$0ter"; }; }; };`);
  expect(meter('acme,twowire')).toContain('acme,meter-twowire.yaml');
  expect(inZephyr('/ { bus { compatible = "acme,twowire"; spe$0ed = <100>; }; };')).toContain(
    '`speed` · int · default `100`\n\nBits a second.\n\nValues: `100`, `400`',
  );
  const pins = 'pins: pins { compatible = "acme,pins"; #gpio-cells = <2>; #pwm-cells = <2>; #interrupt-cells = <2>; };';
  expect(inZephyr(`/ { ${pins} led { pwms = <&pins 3 $0500>; }; };`)).toContain('| channel | **period** |');
  // A priority of 1 is no rising edge.
  const interrupt = inZephyr(`/ { ${pins} dev { interrupt-parent = <&pins>; interrupts = <7 $01>; }; };`);
  expect(interrupt).toContain('interrupt: irq 7, priority 1');
  expect(interrupt).toContain('| irq | **priority** |');
});

test('of two bindings that name a compatible, the one that knows the next compatible of the node, too', () => {
  const binding = (title: string, names: readonly string[]) =>
    `%YAML 1.2\n---\n$id: http://x/${title}.yaml#\ntitle: ${title}\nproperties:\n  compatible:\n    items:\n${names
      .map((name) => `      - const: ${name}\n`)
      .join('')}\n`;
  const files = `//- ${ROOT}/usb/a-legacy.yaml\n${binding('Legacy', ['acme,usb3', 'acme,old'])}//- ${ROOT}/usb/b-new.yaml\n${binding('New', ['acme,usb3', 'acme,new'])}`;
  const title = (text: string) => at(`${text}\n${files}`).hover.split('\n')[0]?.trim();
  expect(title('/ { usb { compatible = "acme,us$0b3", "acme,new"; }; };')).toBe('`acme,usb3` — **New**');
  expect(title('/ { usb { compatible = "acme,us$0b3", "acme,old"; }; };')).toBe('`acme,usb3` — **Legacy**');
  expect(title('/ { usb { compatible = "acme,no$0thing", "acme,new"; }; };')).toBe('');
});
