// SPDX-License-Identifier: MIT
// What a domain's node asks for: kernel, modules, CPUs, memory, interrupts, colours, shared memory, event channels.
// Expected values are a person's reading of Xen 4.17 to 4.22 (files and functions at the rules).
import { describe, expect, it } from 'vitest';
import { only } from '../../support/analyse.ts';
import { diagnose, dts } from '../../support/check.ts';
import { parseFixture } from '../../support/fixture.ts';

const CELLS = '#address-cells = <2>; #size-cells = <2>;';
const KERNEL =
  'module@42000000 { compatible = "multiboot,kernel", "multiboot,module"; reg = <0x0 0x42000000 0x0 0x1000000>; };';

interface Host {
  readonly xen?: string;
  readonly chosen?: string;
  readonly ram?: string;
  readonly gic?: string;
}

function hostOf(
  domains: string,
  { xen = '4.22', chosen = '', ram = '0x0 0x40000000 0x0 0x40000000', gic = 'arm,gic-v3' }: Host = {},
): string {
  return dts(`//- /board.dts platform:xen-host xen:${xen}
/ {
	${CELLS}
	gic: intc { compatible = "${gic}"; interrupt-controller; #interrupt-cells = <3>; };
	memory@40000000 { device_type = "memory"; reg = <${ram}>; };
	chosen { ${CELLS} ${chosen} ${domains} };
};
`);
}

function domU(content: string, name = 'domU1'): string {
  return `${name} { compatible = "xen,domain"; ${CELLS} cpus = <1>; memory = <0x0 0x20000>; ${content} };`;
}

/** `error: …`, a line per finding of a rule. */
function says(rule: string, text: string): string {
  const { problems } = diagnose(parseFixture(text), only(rule));
  return problems.map(({ severity, message }) => `${severity}: ${message}`).join('\n');
}

describe('xen-domain-kernel', () => {
  const of = (content: string, more: Host = {}) => says('xen-domain-kernel', hostOf(domU(content), more));

  it('a ramdisk and no kernel', () =>
    expect(of(KERNEL.replace('kernel', 'ramdisk'))).toBe(
      'error: domU1 has no module with "multiboot,kernel"; without a kernel Xen panics.',
    ));
  it('one that Xen does not register', () =>
    expect(of(KERNEL.replace(', "multiboot,module"', ''))).toMatch(
      /^error: Without "multiboot,module" Xen does not register/,
    ));
  // boot_module_find_by_addr_and_kind does not ask whose module it is.
  it("one at the address of dom0's kernel", () =>
    expect(of(KERNEL.replace(', "multiboot,module"', ''), { chosen: KERNEL })).toBe(''));
  it('a tree that the boot loader completes', () => expect(of('')).toBe(''));
  it('the name that only dom0 may use', () =>
    expect(of(KERNEL.replace('multiboot,kernel', 'xen,linux-zimage'))).toMatch(/^error: domU1 has no module/));
});

describe('xen-module-place', () => {
  const of = (reg: string, cells = CELLS) =>
    says(
      'xen-module-place',
      hostOf(
        `domU1 { compatible = "xen,domain"; ${cells} cpus = <1>; memory = <0x0 0x20000>; module { compatible = "multiboot,kernel", "multiboot,module"; reg = <${reg}>; }; };`,
      ),
    );

  it('in RAM', () => expect(of('0x0 0x42000000 0x0 0x1000000')).toBe(''));
  it('too short', () =>
    expect(of('0x42000000 0x1000000')).toBe(
      'error: `reg` has 2 cells, and Xen reads 2 address and 2 size cells here: it panics.',
    ));
  it('64-bit numbers below 32-bit cells', () =>
    expect(of('0x0 0x42000000 0x0 0x1000000', '#address-cells = <1>; #size-cells = <1>;')).toMatch(
      /^error: With 1 address and 1 size cells Xen reads a module of 1056 MiB at 0x0, where the tree has no RAM\.$/,
    ));
  it('cells of /chosen where the domain has none', () => expect(of('0x0 0x42000000 0x0 0x1000000', '')).toBe(''));
  it('empty', () => expect(of('0x0 0x42000000 0x0 0x0')).toMatch(/an empty one, which it takes for missing\.$/));
  it('left over', () => expect(of('0x0 0x42000000 0x0 0x1000000 0x0')).toMatch(/cells are left over\.$/));
  it('beside RAM', () => expect(of('0x0 0x7ff00000 0x0 0x1000000')).toMatch(/where the tree has no RAM\.$/));

  const module = (kind: string, start: string) =>
    `module@${start} { compatible = "multiboot,${kind}", "multiboot,module"; reg = <0x0 0x${start} 0x0 0x1000000>; };`;
  const two = (first: string, second: string, build = '4.18') =>
    says('xen-module-place', hostOf(domU(`${first} ${second}`), { xen: build }));
  it('over another module, of which Xen registers the first', () =>
    expect(two(module('kernel', '44000000'), module('ramdisk', '44800000'))).toBe(
      'error: The module overlaps `/chosen/domU1/module@44000000`: Xen 4.18 registers the first one alone, and does not find this one.',
    ));
  it('over another module, as long as Xen did not look', () =>
    expect(two(module('kernel', '44000000'), module('ramdisk', '44800000'), '4.17')).toBe(''));
  it('behind another module', () => expect(two(module('kernel', '44000000'), module('ramdisk', '45000000'))).toBe(''));
  it('a kernel that two domains share', () => {
    const domain = (name: string) =>
      `${name} { compatible = "xen,domain"; ${CELLS} cpus = <1>; memory = <0x0 0x20000>; ${module('kernel', '44000000')} };`;
    expect(says('xen-module-place', hostOf(`${domain('domU1')} ${domain('domU2')}`, { xen: '4.22' }))).toBe('');
  });
});

describe('xen-domain-cpus-range', () => {
  const of = (cpus: number, gic?: string) =>
    says(
      'xen-domain-cpus-range',
      hostOf(domU(`${KERNEL}`).replace('cpus = <1>', `cpus = <${cpus}>`), { ...(gic && { gic }) }),
    );

  it.each([
    [0, undefined, /^error: A domain without a CPU/],
    [128, undefined, /^$/],
    [129, undefined, /^error: 129 CPUs are too many: Xen makes at most 128/],
    [8, 'arm,gic-400', /^$/],
    [9, 'arm,gic-400', /^error: 9 CPUs are too many: with the GICv2/],
  ])('%s with %s', (cpus, gic, text) => expect(of(cpus, gic)).toMatch(text));
});

describe('xen-domain-memory-size', () => {
  const of = (memory: string, more: Host = {}) =>
    says('xen-domain-memory-size', hostOf(domU(KERNEL).replace('0x0 0x20000', memory), more));

  it('none', () => expect(of('0x0 0x0')).toMatch(/^error: A domain without memory/));
  it('as much as there is', () => expect(of('0x0 0x100000')).toBe(''));
  it('one KiB more', () => expect(of('0x0 0x100001')).toMatch(/are more than the 1 GiB of RAM; Xen panics\.$/));
  it('bytes', () =>
    expect(of('0x0 0x8000000')).toMatch(/^error: 128 GiB \(`memory` counts KiB; in bytes it would be 128 MiB\)/));
  it('MiB', () =>
    expect(of('0x0 0x80')).toMatch(/^error: 128 KiB .* do not hold the kernel and ramdisk of 0x1000000 bytes/));
  it('what dom0 leaves', () => {
    const dom0 = { chosen: `xen,xen-bootargs = "dom0_mem=768M"; ${KERNEL.replaceAll('42000000', '50000000')}` };
    expect(of('0x0 0x40000', dom0)).toBe('');
    expect(of('0x0 0x40001', dom0)).toMatch(/more than dom0 and the domains before leave of 1 GiB/);
  });
  it('a tree whose RAM the boot loader describes', () =>
    expect(of('0x0 0x8000000', { ram: '0x0 0x0 0x0 0x0' })).toBe(''));
});

describe('xen-dom0-memory', () => {
  const of = (words: string) =>
    says('xen-dom0-memory', hostOf('', { chosen: `xen,xen-bootargs = "${words}"; ${KERNEL}` }));

  it.each([
    ['dom0_mem=1G', /^$/],
    ['dom0_mem=1025M', /^error: `dom0_mem=1025M` is more than the 1 GiB/],
    ['dom0_mem=2G dom0_mem=512M', /^$/],
    ['dom0_mem=512', /^error: `dom0_mem=512` \(without a unit it counts KiB\) does not hold the kernel/],
    ['dom0_mem=1073741824B', /^$/],
    // `B` is a hexadecimal digit.
    ['dom0_mem=0x40000000B', /^error/],
    ['console=dtuart', /^$/],
  ])('%s', (words, text) => expect(of(words)).toMatch(text));
});

describe('xen-domain-nr-spis', () => {
  const of = (content: string) => says('xen-domain-nr-spis', hostOf(domU(`${content} ${KERNEL}`)));

  it.each([
    ['nr_spis = <960>;', /^$/],
    ['nr_spis = <961>;', /^error: 961 are rounded up to 992/],
    ['nr_spis = <0>; vpl011;', /^error: `vpl011` takes SPI 0/],
    ['nr_spis = <1>; vpl011;', /^$/],
  ])('%s', (content, text) => expect(of(content)).toMatch(text));

  // domain_vgic_init with CONFIG_GICV3_ESPI: INTIDs from 4096 on, of which 32 are private.
  it.each([
    ['4.22', 4064, /^$/],
    ['4.22', 4032, /^error/],
    ['4.22,GICV3=y', 4064, /^error/],
    ['4.20', 4064, /^error/],
  ])('extended SPIs: %s, %i', (xen, count, text) =>
    expect(says('xen-domain-nr-spis', hostOf(domU(`nr_spis = <${count}>; ${KERNEL}`), { xen }))).toMatch(text),
  );
});

describe('xen-llc-colors', () => {
  const of = (xen: string, words: string, content = 'llc-colors = "0-3";') =>
    says('xen-llc-colors', hostOf(domU(`${content} ${KERNEL}`), { xen, chosen: `xen,xen-bootargs = "${words}";` }));

  it('a Xen that does not know them', () => expect(of('4.19', '')).toMatch(/^warning: Xen 4\.19 does not know/));
  it('switched off', () => expect(of('4.20', '')).toMatch(/^error: The command line does not switch the colouring on/));
  it.each(['llc-coloring=on', 'llc-coloring', 'llc-size=1M llc-nr-ways=16'])('%s', (words) =>
    expect(of('4.20', words)).toBe(''),
  );
  it('off wins over the sizes', () =>
    expect(of('4.20', 'llc-size=1M llc-nr-ways=16 no-llc-coloring')).toMatch(/^error/));
  it('a Xen without them', () => expect(of('4.20,ARM_64=y', 'llc-coloring=on')).toMatch(/^error/));
  it.each([
    ['0,x', '"0,x" is not a list like "0-3,8"'],
    ['0 3', '"0 3" is not a list like "0-3,8"'],
    ['7-3', '"7-3" ends before it begins'],
    ['4-', '"4-" ends before it begins'],
    ['0-3,16', 'Colour 16 is none of the 16 that `llc-size` and `llc-nr-ways` make'],
    ['0-15,3', '"0-15,3" has more than the 16 colours that `llc-size` and `llc-nr-ways` make'],
  ])('a list that Xen refuses: %s', (list, message) =>
    expect(of('4.22', 'llc-size=1M llc-nr-ways=16', `llc-colors = "${list}";`)).toBe(
      `error: ${message}: Xen 4.22 panics.`,
    ),
  );
  it.each(['0-', '3,', ',3', '0x1-0x3', '15'])('a list that Xen takes: %s', (list) =>
    expect(of('4.22', 'llc-size=1M llc-nr-ways=16', `llc-colors = "${list}";`)).toBe(''),
  );
  it('a cache that the command line does not describe', () =>
    expect(of('4.22', 'llc-coloring=on', 'llc-colors = "0-3,500";')).toBe(''));
  it('with static memory', () =>
    expect(of('4.22', 'llc-coloring=on', 'xen,static-mem = <0x0 0x50000000 0x0 0x8000000>;')).toMatch(
      /exclude each other/,
    ));
});

describe('xen-static-mem', () => {
  const of = (rule: string, banks: string, xen: string) =>
    says(rule, hostOf(domU(`xen,static-mem = <${banks}>; ${KERNEL}`), { xen }));
  const OWN = '0x0 0x50000000 0x0 0x8000000';

  it('by release and configuration', () => {
    const config = (xen: string) => of('xen-static-mem-config', OWN, xen);
    expect(config('4.17')).toMatch(/^hint/);
    expect(config('4.17,ARM_SMMU=y')).toMatch(/^error: .*Xen 4\.17 gives the domain no memory and panics\.$/);
    expect(config('4.23,ARM_SMMU=y')).toMatch(/^error: .*Xen 4\.23 stops while it reads this tree\.$/);
    expect(config('4.17,STATIC_MEMORY=y')).toBe('');
  });
  it('outside RAM', () =>
    expect(of('xen-static-mem-place', '0x0 0x90000000 0x0 0x8000000', '4.22')).toMatch(
      /^error: The bank at 0x90000000 of 128 MiB is not RAM/,
    ));
  it('over a module', () => {
    expect(of('xen-static-mem-place', '0x0 0x42000000 0x0 0x8000000', '4.22')).toMatch(
      /covers `\/chosen\/domU1\/module@42000000`: since 4\.18 Xen panics/,
    );
    expect(of('xen-static-mem-place', '0x0 0x42000000 0x0 0x8000000', '4.17')).toMatch(
      /: Xen 4\.17 uses the memory twice\.$/,
    );
  });
});

describe('xen-shared-mem', () => {
  const of = (content: string, xen = '4.22') =>
    says(
      'xen-shared-mem',
      hostOf(domU(`shm { compatible = "xen,domain-shared-memory-v1"; ${content} }; ${KERNEL}`), { xen }),
    );
  const ID = 'xen,shm-id = "buffer";';
  const MEM = 'xen,shared-mem = <0x0 0x50000000 0x0 0x60000000 0x0 0x1000>;';

  it.each([
    [`${ID} ${MEM}`, /^$/],
    [MEM, /^error: The shared memory has no `xen,shm-id`: Xen 4\.22 panics\.$/],
    [ID, /has no `xen,shared-mem`/],
    [`${ID} ${MEM.replace('0x60000000', '0x60000800')}`, /0x60000800 is not a multiple of 4 KiB/],
    [`${ID} ${MEM.replace('0x1000>', '0x0>')}`, /a size of 0/],
    [`${ID} ${MEM.replace('0x50000000', '0x90000000')}`, /At 0x90000000 the tree has no RAM/],
    [`${ID} ${MEM} role = "reader";`, /neither "owner" nor "borrower"/],
    [`xen,shm-id = "0123456789abcdef"; ${MEM}`, /this one 16/],
    [`xen,shm-id = "0123456789abcde"; ${MEM}`, /^$/],
  ])('%s', (content, text) => expect(of(content)).toMatch(text));

  it("without the machine's address, by release", () => {
    const short = `${ID} xen,shared-mem = <0x0 0x60000000 0x0 0x1000>;`;
    expect(of(short, '4.18')).toMatch(/^error: `xen,shared-mem` has 6 cells here, and not 4/);
    expect(of(short, '4.19')).toBe('');
  });
  it('a Xen without it', () => {
    expect(of(`${ID} ${MEM}`, '4.22,ARM_64=y')).toMatch(/^error: .* built without CONFIG_STATIC_SHM: Xen 4\.22 panics/);
    expect(of(`${ID} ${MEM}`, '4.18,ARM_64=y')).toMatch(/^warning: .* looks for no module and no memory behind/);
  });
});

describe('xen-evtchn', () => {
  const of = (first: string, second: string) =>
    says(
      'xen-evtchn',
      hostOf(
        `${domU(`${KERNEL} ec1: evtchn@1 { compatible = "xen,evtchn-v1"; ${first} };`)} ${domU(`${KERNEL} ec2: evtchn@1 { compatible = "xen,evtchn-v1"; ${second} }; ec3: evtchn@2 { };`, 'domU2')}`,
      ),
    );

  it.each([
    ['xen,evtchn = <10 &ec2>;', 'xen,evtchn = <12 &ec1>;', /^$/],
    [
      'xen,evtchn = <10 &ec2>;',
      '',
      /^error: The event channel has no `xen,evtchn` with a port and the other end: Xen 4\.22 panics\.$/,
    ],
    ['xen,evtchn = <10 &ec3>;', 'xen,evtchn = <12 &ec1>;', /has no `xen,evtchn` with a port and this end/],
    ['xen,evtchn = <10>;', 'xen,evtchn = <12 &ec1>;', /^error: The event channel has no `xen,evtchn`/m],
    ['xen,evtchn = <10 0x1234>;', 'xen,evtchn = <12 &ec1>;', /The other end of the event channel is not a node/],
  ])('%s and %s', (first, second, text) => expect(of(first, second)).toMatch(text));

  // alloc_static_evtchn looks at the children of /chosen only where there is a hardware domain.
  it('an end of a dom0 that is not there', () => {
    const end = 'evtchn@1 { compatible = "xen,evtchn-v1"; };';
    const dom0 = KERNEL.replaceAll('42000000', '50000000');
    expect(says('xen-evtchn', hostOf(domU(KERNEL), { chosen: end }))).toBe('');
    expect(says('xen-evtchn', hostOf(domU(KERNEL), { chosen: `${end} ${dom0}` }))).toMatch(/^error: The event channel/);
  });
});

describe('xen-hwdom-passthrough', () => {
  it('a hardware domain beside dom0', () => {
    const dom0 = KERNEL.replaceAll('42000000', '50000000');
    const of = (chosen: string) =>
      says('xen-hwdom-passthrough', hostOf(domU(`capabilities = <2>; ${KERNEL}`), { chosen }));
    expect(of('')).toBe('');
    expect(of(dom0)).toBe(
      'error: dom0, whose kernel is `/chosen/module@50000000`, is the hardware domain already, and Xen panics.',
    );
  });
});

describe('a partial tree', () => {
  const partial = (reg: string) => `//- /domU1.dts domain:/chosen/domU1
/ {
	${CELLS}
	passthrough {
		compatible = "simple-bus"; ranges; ${CELLS}
		uart@9000000 { reg = <${reg} 0x0 0x1000>; interrupt-parent = <0xfde8>; interrupts = <0 40 4>; xen,path = "/uart@9000000"; xen,reg = <0x0 0x9000000 0x0 0x1000 ${reg}>; xen,force-assign-without-iommu; };
	};
};
`;
  const system = (content: string, reg = '0x0 0x9000000', size = '0x10000') =>
    `${hostOf(
      domU(
        `${content} ${KERNEL} module@44000000 { compatible = "multiboot,device-tree", "multiboot,module"; reg = <0x0 0x44000000 0x0 ${size}>; };`,
      ),
    ).replace(
      'gic: intc',
      'uart@9000000 { reg = <0x0 0x9000000 0x0 0x1000>; interrupt-parent = <&gic>; interrupts = <0 40 4>; xen,passthrough; };\n\tgic: intc',
    )}${dts(partial(reg))}`;

  it.each([
    ['', '0x0 0x9000000', /^$/],
    ['', '0x0 0x40000000', /0x40000000 is in the 128 MiB of memory at 0x40000000 of domU1/],
    ['', '0x0 0x47fff000', /in the 128 MiB/],
    ['', '0x0 0x48000000', /^$/],
    ['', '0x0 0x3001000', /the interrupt controller/],
    ['vpl011;', '0x0 0x22000000', /the virtual UART/],
    ['', '0x0 0x22000000', /^$/],
    ['xen,static-mem = <0x0 0x50000000 0x0 0x8000000>; direct-map;', '0x0 0x40000000', /^$/],
  ])('registers of a domain with %j at %s', (content, reg, text) =>
    expect(says('xen-reg-guest-layout', system(content, reg))).toMatch(text),
  );

  it('larger than its module', () => {
    expect(says('xen-partial-too-large', system('', '0x0 0x9000000', '0x100'))).toMatch(
      /^error: The partial tree has 0x[0-9a-f]+ bytes as a blob, and the module 0x100/,
    );
    expect(says('xen-partial-too-large', system(''))).toBe('');
  });

  it('an interrupt beyond those of the domain', () => {
    expect(says('xen-domain-nr-spis', system('nr_spis = <40>;'))).toBe('');
    expect(says('xen-domain-nr-spis', system('nr_spis = <32>;'))).toMatch(
      /^error: SPI 40 of `\/uart@9000000` is none of the 32 that domU1 has: Xen 4\.22 panics\.$/,
    );
  });
});
