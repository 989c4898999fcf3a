// SPDX-License-Identifier: MIT
// Names of options about DMA that Linux does not have, and the one that was meant.
import { nearest } from '#base/likeness.ts';
import { own } from '#base/own.ts';
import { commandLineWords } from '#model/platform/kernel-options.ts';
import { repair } from '#rules/edits/repairs.ts';
import { board } from '#rules/engine/example.ts';
import type { Finding, Rule, RuleContext } from '#rules/engine/rule.ts';
import { nodeSpan } from '#tree/query.ts';
import { bootWords, optionName, type Word } from './boot-words.ts';

/**
 * What stands behind the dot, by what stands before it with `_` for `-`, in Linux 6.1 to 7.3: early_param and
 * module_param of drivers/iommu and drivers/base. A release that lacks one of them has a rule of its own to say so.
 */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  iommu: ['passthrough', 'strict', 'forcedac', 'debug_pagealloc'],
  arm_smmu: ['force_stage', 'disable_bypass'],
  arm_smmu_v3: ['disable_msipolling', 'disable_bypass', 'disable_cmdqv', 'bypass_vcmdq'],
  fw_devlink: ['strict', 'sync_state'],
};

/** Every driver has these (kernel/module/main.c, lib/dynamic_debug.c). */
const OF_ALL_MODULES = ['async_probe', 'dyndbg'];

/** Options without a dot whose absence changes who gets an IOMMU or who waits. */
const WHOLE = ['deferred_probe_timeout', 'fw_devlink', 'initcall_blacklist', 'module_blacklist', 'swiotlb'];

/** As people write them. */
const DASHED: Readonly<Record<string, string>> = { arm_smmu: 'arm-smmu', arm_smmu_v3: 'arm-smmu-v3' };

/** The name that was meant, `null` where none is near; `undefined` for an option that is one, or is no concern of ours. */
function meant(name: string): string | null | undefined {
  const dot = name.indexOf('.');
  if (dot < 0) return WHOLE.includes(name) ? undefined : nearest(name, WHOLE, 1)[0];
  const [driver, parameter] = [name.slice(0, dot), name.slice(dot + 1)];
  const known = own(PARAMETERS, driver);
  if (!known || known.includes(parameter) || OF_ALL_MODULES.includes(parameter)) return undefined;
  const [like] = nearest(parameter, known, 1);
  const begins = known.filter((each) => each.startsWith(parameter.slice(0, 5)));
  const found = like ?? (begins.length === 1 ? begins[0] : undefined);
  return found === undefined ? null : `${own(DASHED, driver) ?? driver}.${found}`;
}

function* misspelled(context: RuleContext, { text, name, span }: Word): Generator<Finding> {
  const option = meant(name);
  if (option === undefined) return;
  const driver = name.split('.')[0] ?? '';
  const has = (own(PARAMETERS, driver) ?? []).map((each) => `\`${own(DASHED, driver) ?? driver}.${each}\``);
  const instead = option === null ? `; it has ${has.join(', ')}` : `; \`${option}\` is the nearest one`;
  const message = `Linux has no option \`${text.split('=')[0]}\`, so \`${text}\` has no effect${instead}.`;
  const inText = context.text(span.file).slice(span.start, span.end) === text;
  const right = option && `${option}${text.includes('=') ? text.slice(text.indexOf('=')) : ''}`;
  yield {
    message,
    span,
    ...(inText && right && { fix: repair(`Write \`${right}\``, () => ({ span, text: right })) }),
  };
}

const optionMisspelled: Rule = {
  id: 'bootargs-option-misspelled',
  severity: 'warning',
  fixable: true,
  // What was without effect until now may be better off so.
  judgement: true,
  title: 'Option about DMA that Linux does not have',
  platforms: ['linux', 'kvm', 'xen-domu', 'xen-dom0'],
  scope: 'tree',
  properties: ['bootargs', 'iommus', 'iommu-map'],
  doc: `Linux ignores a name with a dot that no driver has, without a message, and hands every other unknown one to init, with
\`Unknown kernel command line parameters\` in its log. The options of IOMMUs are \`iommu.passthrough\`, \`iommu.strict\`,
\`iommu.forcedac\`, \`arm-smmu.force_stage\` and their kin; what is said of the command line given with \`--cmdline\` is at the
root. Correct the name.`,
  source:
    'Linux 6.12 init/main.c:unknown_bootoption, print_unknown_bootoptions, drivers/iommu/iommu.c:iommu_set_def_domain_type',
  example: {
    bad: board('chosen { bootargs = "console=ttyAMA0 iommu.passthru=1"; };'),
    good: board('chosen { bootargs = "console=ttyAMA0 iommu.passthrough=1"; };'),
  },
  *check(context, root) {
    const ofTree = bootWords(context);
    const chosen = root.children.get('chosen');
    for (const word of beforeInit(ofTree)) {
      for (const finding of misspelled(context, word)) yield { ...finding, ...(chosen && { node: chosen }) };
    }
    const known = new Set(ofTree.map(({ text }) => text));
    const given = commandLineWords(context.platform.cmdline).map((text) => {
      return { text, name: optionName(text), span: nodeSpan(root) };
    });
    for (const word of beforeInit(given)) if (!known.has(word.text)) yield* misspelled(context, word);
  },
};

/** What follows `--` is for init. */
function beforeInit(words: readonly Word[]): readonly Word[] {
  const end = words.findIndex(({ text }) => text === '--');
  return end < 0 ? words : words.slice(0, end);
}

export const OPTION_NAME_RULES: readonly Rule[] = [optionMisspelled];
