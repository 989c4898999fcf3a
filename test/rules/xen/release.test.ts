// SPDX-License-Identifier: MIT
// One mistake under several releases of Xen: scan_pfdt_node of 4.17 drops what its children return, that of 4.18 does not.
import { describe, expect, it } from 'vitest';
import { only } from '../../support/analyse.ts';
import { checkDiagnostics, checkNone, diagnose, dts } from '../../support/check.ts';
import { parseFixture } from '../../support/fixture.ts';
import { instead, SYSTEM } from '../../support/xen-boards.ts';

/** What a rule says of a fixture under a Xen: `error: …`, a line per finding. */
function says(rule: string, fixture: string, xen: string): string {
  const text = dts(fixture.replace(/^(\/\/- \/\S+)/, `$1 xen:${xen}`));
  const { problems } = diagnose(parseFixture(text), only(rule));
  return problems.map(({ severity, message }) => `${severity}: ${message}`).join('\n');
}

describe('an assignment that fails', () => {
  const unaligned = instead(SYSTEM, {
    'xen,path = "/soc/ethernet@ff0e0000";': 'xen,path = "/soc/ethernet@ff0e0001";',
  });

  it('stops Xen from 4.18 on', () => {
    const of = (xen: string) => says('xen-path-not-found', unaligned, xen);
    expect(of('4.17')).toMatch(
      /^warning: .*: Xen 4\.17 prints an error and goes on: the guest sees the device with its registers and without its interrupts\.$/,
    );
    expect(of('4.18')).toMatch(/^error: .*: Xen 4\.18 panics\.$/);
  });
});

describe('xen-reg-cells', () => {
  const odd = `//- /domU1.dts platform:xen-domu
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	passthrough {
		compatible = "simple-bus";
		ranges;
		#address-cells = <2>;
		#size-cells = <0>;
		port@1 { reg = <0x0 0x1>; xen,path = "/port"; xen,reg = <0x0 0xff000000 0x0 0xff000000>; };
	};
};
`;
  // The guard is in RELEASE-4.20.4, 4.21.2 and 4.22.0, and not in 4.20.3, 4.21.1 and 4.19.6.
  it.each([
    ['4.19', 'warning'],
    ['4.20.3', 'warning'],
    ['4.20.4', 'error'],
    ['4.21.1', 'warning'],
    ['4.21.2', 'error'],
    ['4.22', 'error'],
  ])('%s: %s', (xen, severity) => expect(says('xen-reg-cells', odd, xen)).toMatch(new RegExp(`^${severity}: `)));
});

describe('xen-phandle-reserved', () => {
  const tree = (outside: string, inside: string, xen: string) => `//- /domU1.dts platform:xen-domu xen:${xen}
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	${outside}
	passthrough {
		compatible = "simple-bus";
		ranges;
		#address-cells = <2>;
		#size-cells = <2>;
		uart@1000 { reg = <0x0 0x1000 0x0 0x1000>; xen,path = "/uart"; xen,reg = <0x0 0x1000 0x0 0x1000 0x0 0x1000>; ${inside} };
	};
};
`;
  const of = (outside: string, inside: string, xen: string) =>
    says('xen-phandle-reserved', tree(outside, inside, xen), xen);

  it('a node that is not copied counts from 4.22 on', () => {
    expect(of('clk { phandle = <0xfde8>; };', '', '4.22')).toMatch(/^error: phandle 65000 leaves Xen none below 65000/);
    expect(of('clk { phandle = <0xfde8>; };', '', '4.21')).toBe('');
  });

  // next_phandle is the highest + 1 and must be below 65000.
  it('64999 is too much and 64998 is not', () => {
    expect(of('', 'phandle = <64999>;', '4.22')).toMatch(/^error/);
    expect(of('', 'phandle = <64998>;', '4.22')).toBe('');
  });

  it('a copied node beside the controller that Xen makes, before', () => {
    expect(of('', 'phandle = <65000>;', '4.20')).toBe(
      'warning: The interrupt controller that Xen 4.20 makes has phandle 65000 as well.',
    );
    expect(of('gic { phandle = <1>; };', 'phandle = <65000>;', '4.20')).toBe('');
  });

  it('a tree for xl', () =>
    checkDiagnostics(
      `//- /passthrough.dts platform:xen-domu
/ {
	passthrough {
		uart { phandle = <65001>; };
//                     ^^^^^^^ error[xen-phandle-reserved]: The xen,grant-dma node that the toolstack makes has phandle 65001 as well.
	};
};
`,
      only('xen-phandle-reserved'),
    ));
});

describe("Xen's own interrupt controller", () => {
  it('is phandle 65000 without a /gic', () =>
    checkNone(`//- /domU1.dts platform:xen-domu
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	passthrough {
		compatible = "simple-bus";
		ranges;
		#address-cells = <2>;
		#size-cells = <2>;
		uart@1000 { compatible = "vendor,uart"; reg = <0x0 0x1000 0x0 0x1000>; interrupt-parent = <0xfde8>; interrupts = <0 9 4>; xen,path = "/uart"; xen,reg = <0x0 0x1000 0x0 0x1000 0x0 0x1000>; };
	};
};
`));
});

describe('properties that came with a release', () => {
  const domain = (content: string, xen: string) => `//- /board.dts platform:xen-host xen:${xen}
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	chosen { domU1 { compatible = "xen,domain"; cpus = <1>; memory = <0x0 0x40000>; ${content} }; };
};
`;
  const of = (rule: string, content: string, xen: string) => says(rule, domain(content, xen), xen);

  it('xen,enhanced = "legacy": 4.21', () => {
    const legacy = 'xen,enhanced = "legacy";';
    expect(of('xen-enhanced-value', legacy, '4.20')).toMatch(
      /^warning: Xen 4\.20 does not know `"legacy"`, which came with 4\.21, and gives the domain no `\/hypervisor`/,
    );
    expect(of('xen-enhanced-value', legacy, '4.21')).toBe('');
  });

  it('capabilities: 4.21', () => {
    expect(of('xen-hwdom-passthrough', 'capabilities = <2>; nr_spis = <32>;', '4.20')).toMatch(
      /^warning: Xen 4\.20 does not read `capabilities`/,
    );
    expect(of('xen-hwdom-passthrough', 'capabilities = <2>; nr_spis = <32>;', '4.21')).toMatch(
      /^error: Xen panics over `nr_spis`/,
    );
  });

  it('passthrough: 4.19', () => {
    expect(of('xen-domain-passthrough-unknown', 'passthrough = "enabled";', '4.18')).toMatch(
      /^warning: Xen 4\.18 does not read/,
    );
    expect(of('xen-domain-passthrough-unknown', 'passthrough = "enabled";', '4.19')).toBe('');
    expect(of('xen-domain-passthrough-value', 'passthrough = "on";', '4.18')).toBe('');
  });

  it('a Xenstore domain: 4.21', () => {
    expect(of('xen-enhanced-no-xenstore', 'xen,enhanced;', '4.17')).toMatch(
      /the tree has no dom0;.* Xen 4\.17 panics\.$/,
    );
    expect(of('xen-enhanced-no-xenstore', 'xen,enhanced;', '4.21')).toMatch(/neither a dom0 nor a Xenstore domain/);
  });
});

describe('what Linux would do', () => {
  const host = (marked: string) => `//- /board.dts platform:xen-host xen:4.22
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	smmu: iommu@9050000 { compatible = "arm,smmu-v3"; reg = <0x9050000 0x20000>; #iommu-cells = <1>; };
	dma { compatible = "vendor,dma"; iommus = <&smmu>; ${marked} };
};
`;
  const rules = (text: string) =>
    diagnose(parseFixture(dts(text)), {})
      .problems.map(({ rule }) => rule)
      .filter((rule) => !rule.startsWith('xen-'));

  it('is not said of a device that dom0 does not get', () => {
    expect(rules(host(''))).not.toEqual([]);
    expect(rules(host('xen,passthrough;'))).toEqual([]);
  });
});
