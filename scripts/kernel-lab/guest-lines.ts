// SPDX-License-Identifier: MIT
// What the guest's init prints (test/kernel/guest/init), for the machines that are booted by hand.

/** The lines of the guest without their `@`. Throws when it did not reach its end, with the last of what it said. */
export function guestLines(output: string): string[] {
  const lines = output.split(/\r*\n/).filter((line) => line.startsWith('@'));
  if (lines.at(-1) !== '@end') throw new Error(`The guest did not reach its end: ${output.slice(-300)}`);
  return lines.map((line) => line.slice(1));
}

export const matches = (lines: readonly string[], form: RegExp): RegExpExecArray[] =>
  lines.map((line) => form.exec(line)).filter((match) => match !== null);

/** `NAME driver`, `NAME iommu_group` and `NAME of_node` of each device → what the link in sysfs leads to. */
export function linksOf(lines: readonly string[]): Map<string, string> {
  const links = matches(lines, /^link \w+\/devices\/(\S+)\/(driver|iommu_group|of_node) (\S+)$/);
  return new Map(links.map(([, name, kind, target = '']) => [`${name} ${kind}`, target]));
}
