// SPDX-License-Identifier: MIT
// The types that bindings refer to (dt-schema's `types.yaml`), as a question to a value.
import { type Json, MISFIT, NodeValue, UNKNOWN } from './value.ts';

/** `undefined`: unknown. */
export function fitsType(type: string, value: Json): boolean | undefined {
  if (value instanceof NodeValue || value === MISFIT) return false;
  if (value === UNKNOWN) return undefined;
  switch (type) {
    case 'flag':
      return value === true;
    case 'string':
      return isList(value, isText) && value.length === 1;
    case 'string-array':
      return isList(value, isText) && new Set(value).size === value.length;
    case 'non-unique-string-array':
      return isList(value, isText);
    case 'phandle':
      return isList(value, (row) => isList(row, isNumber) && row.length === 1) && value.length === 1;
    case 'phandle-array':
      return isList(value, (row) => isList(row, isNumber));
    case 'address':
      return isList(value, (row) => isList(row, isNumber) && row.length <= 5);
    default:
      return fitsNumbers(type, value);
  }
}

function fitsNumbers(type: string, value: Json): boolean | undefined {
  if (!/^u?int(?:8|16|32|64)(?:-array|-matrix)?$/.test(type)) return undefined;
  if (type.endsWith('-matrix')) return isList(value, (row) => isList(row, isNumber));
  return type.endsWith('-array') ? isList(value, isNumber) : isNumber(value);
}

const isText = (value: Json): boolean => typeof value === 'string';
/** A number of 64 bits may be too large to be told. */
const isNumber = (value: Json): boolean => typeof value === 'number' || value === UNKNOWN;

function isList(value: Json, each: (item: Json) => boolean): value is readonly Json[] {
  return Array.isArray(value) && value.length > 0 && value.every(each);
}
