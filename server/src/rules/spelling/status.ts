// SPDX-License-Identifier: MIT
// Values of `status` and `compatible` that mean something else than what is written.
import { nearest } from '#base/likeness.ts';
import { removeProperty, replaceValue } from '#rules/edits/edits.ts';
import { repair } from '#rules/edits/repairs.ts';
import { board } from '#rules/engine/example.ts';
import { ALL_PLATFORMS, type Rule } from '#rules/engine/rule.ts';
import { lastSet, strings } from '#tree/query.ts';
import type { DtProperty } from '#tree/types.ts';

/** The Devicetree Specification 0.4, section 2.3.4; `ok` is older than it, and `fail-…` says why. */
const STATUSES = ['okay', 'disabled', 'reserved', 'fail'];

const statusUnknown: Rule = {
  id: 'status-unknown',
  severity: 'warning',
  platforms: ALL_PLATFORMS,
  sees: 'node',
  knows: 'node',
  fixable: true,
  // What was switched off by mistake may be better off so.
  judgement: true,
  title: '`status` with a value that Linux does not know',
  doc: `Linux makes a device of a node whose \`status\` is \`"okay"\` or \`"ok"\`, or which has none. Every other text is taken for
\`"disabled"\`, so \`"okey"\` switches the device off without a message. The specification has \`okay\`, \`disabled\`, \`reserved\`,
\`fail\` and \`fail-…\`. Correct the word.`,
  source: 'Linux 7.3 drivers/of/base.c:__of_device_is_status; Devicetree Specification 0.4, 2.3.4',
  example: { bad: board('dma { status = "okey"; };'), good: board('dma { status = "okay"; };') },
  properties: ['status'],
  *check(context, node) {
    const status = node.properties.get('status');
    const [value, ...more] = strings(status);
    if (!status || value === undefined || more.length > 0) return;
    if (value === 'ok' || STATUSES.includes(value) || /^(?:fail-|failed$)/.test(value)) return;
    const [meant] = nearest(value, STATUSES, 1);
    yield {
      message: `"${value}" is not a status; Linux takes it for disabled and makes no device of the node.`,
      span: valueSpan(status),
      ...(meant !== undefined && {
        fix: repair(`Change "${value}" to "${meant}"`, () => replaceValue(context.text, status, `"${meant}"`)),
      }),
    };
  },
};

const compatibleEmpty: Rule = {
  id: 'compatible-empty',
  severity: 'warning',
  platforms: ALL_PLATFORMS,
  sees: 'node',
  knows: 'node',
  fixable: true,
  title: '`compatible` without a name',
  doc: `Linux compares each string of \`compatible\` with what its drivers know. An empty string is like none of them; where there
is no other one, the node gets no driver, and a bus may not even make a device of it. Write the name of the binding, or delete
the property.`,
  source: 'Linux 7.3 drivers/of/base.c:__of_device_is_compatible',
  example: { bad: board('dma { compatible = ""; };'), good: board('dma { compatible = "acme,dma"; };') },
  properties: ['compatible'],
  *check(context, node) {
    const property = node.properties.get('compatible');
    if (!property) return;
    const names = strings(property);
    const isEmpty = names.every((name) => name === '');
    // Bytes without an end have a finding of their own.
    if (!names.includes('') && (names.length > 0 || property.value.bytes.length > 0)) return;
    if (!isEmpty) {
      const kept = names.filter((name) => name !== '').map((name) => `"${name}"`);
      const isWritten = property.value.data.length === names.length;
      yield {
        message: 'compatible has an empty string, which names nothing.',
        span: property.value.data[names.indexOf('')]?.span ?? valueSpan(property),
        ...(isWritten && {
          fix: repair('Delete the empty string', () => replaceValue(context.text, property, kept.join(', '))),
        }),
      };
      return;
    }
    yield {
      message: 'compatible names nothing; no driver of Linux fits the node.',
      span: names.length > 0 ? valueSpan(property) : lastSet(property).name,
      fix: repair('Delete compatible', () => removeProperty(context.text, property)),
    };
  },
};

/** Of its only piece, where it has one. */
function valueSpan(property: DtProperty) {
  const { data } = property.value;
  return (data.length === 1 ? data[0]?.span : undefined) ?? lastSet(property).name;
}

export const VALUE_SPELLING_RULES: readonly Rule[] = [statusUnknown, compatibleEmpty];
