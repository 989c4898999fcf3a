// SPDX-License-Identifier: MIT
// `workspace/executeCommand`: each command answers with the text that any editor can show, and with null to nonsense.
import { expect, test } from 'vitest';
import { COMMANDS } from '#host/lsp/requests/commands.ts';
import { LanguageClient, StaticFiles } from '#test/support/language-client.ts';

const board = (model: string) => `/dts-v1/;

/ {
	#address-cells = <1>;
	#size-cells = <1>;
	model = "${model}";

	smmu: iommu@20000 {
		compatible = "arm,smmu-v3";
		reg = <0x20000 0x20000>;
		#iommu-cells = <1>;
	};

	net: ethernet@3000 {
		compatible = "example,ethernet";
		reg = <0x3000 0x1000>;
		iommus = <&smmu 4>;
		clocks = <&clk>;
	};

	clk: clock@1000 {
		compatible = "example,clock";
		reg = <0x1000 0x10>;
		#clock-cells = <0>;
	};
};
`;
const textDocument = { uri: 'file:///w/board.dts' };

async function asking(): Promise<(command: string, ...given: unknown[]) => Promise<string | null>> {
  const client = new LanguageClient(new StaticFiles({ '/w/board.dts': board('one'), '/w/other.dts': board('two') }));
  await client.initialize();
  return (command, ...given) =>
    client.result<string | null>('workspace/executeCommand', { command: `dtIommu/${command}`, arguments: given });
}

test.each([
  ['explain', { node: '&net' }, /^# .*\/ethernet@3000[\s\S]*## What the probe waits for/],
  ['explain', { position: { line: 14, character: 3 } }, /^# .*\/ethernet@3000/],
  ['explain', {}, /\/iommu@20000[\s\S]*\n---\n/],
  ['tree', {}, /ethernet@3000 \{[\s\S]*iommus = [^\n]*board\.dts:17/],
  ['dmaMap', {}, /1 device does DMA/],
  ['bootOrder', {}, /^boot order by the suppliers[\s\S]*\/ethernet@3000/],
  ['bootOrder', { node: '/clock@1000' }, /\/clock@1000/],
  ['whatIf', { wish: 'iommu.passthrough=1' }, /\/ethernet@3000\n {2}verdict: .* → .*untranslated/],
  ['whatIf', { wish: '<b>' }, /./],
  ['compare', { with: { textDocument: { uri: 'file:///w/other.dts' } } }, /model/],
  [
    'log',
    {
      text: '[ 1.0] arm-smmu-v3 20000.iommu: event: F_TRANSLATION client: 3000.ethernet sid: 0x4 ssid: 0x0 iova: 0x0 ipa: 0x0',
    },
    /device {4}\/ethernet@3000/,
  ],
])('%s %j', async (command, more, expected) => {
  const ask = await asking();
  expect(await ask(command, { textDocument, ...more })).toMatch(expected);
});

test('the page of a rule needs no document', async () => {
  expect(await (await asking())('rule', { id: 'iommus-target-disabled' })).toContain('iommus-target-disabled');
});

test('what nobody can answer is null, not an error', async () => {
  const ask = await asking();
  for (const name of COMMANDS) {
    const command = name.replace('dtIommu/', '');
    for (const given of [
      [],
      [null],
      [7],
      ['x'],
      [{}],
      [{ textDocument: 1 }],
      [{ textDocument: { uri: 'file:///w/no.dts' }, with: 3 }],
    ]) {
      expect([name, given, await ask(command, ...given)]).toEqual([name, given, null]);
    }
  }
  for (const command of ['explain', 'bootOrder']) expect(await ask(command, { textDocument, node: '/no' })).toBeFalsy();
  await expect(ask('frobnicate', {})).rejects.toThrow(/is not a command/);
});
