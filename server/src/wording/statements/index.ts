// SPDX-License-Identifier: MIT
// The texts of everything that the model says, from the tables of its subjects.
import type { Alternative, Condition, Reason, Statement } from '#model/statements/index.ts';
import { ADDRESSES } from './addresses.ts';
import { BINDING, BINDING_CONDITIONS, BINDING_OTHERWISE, BINDING_REASONS } from './binding.ts';
import { DEVICE_CONDITIONS, DEVICE_OTHERWISE, DEVICES } from './devices.ts';
import { DIRECT, DIRECT_CONDITIONS, DIRECT_OTHERWISE } from './direct.ts';
import { DOMAIN_CONDITIONS, DOMAIN_OTHERWISE, DOMAINS } from './domains.ts';
import { GROUP_CONDITIONS, GROUP_OTHERWISE, GROUPS, STREAM_REASONS } from './groups.ts';
import { LEGACY, LEGACY_CONDITIONS, LEGACY_OTHERWISE } from './legacy-masters.ts';
import { RELEASE_CONDITIONS, RELEASE_OTHERWISE } from './platform.ts';
import { REGISTRATION, REGISTRATION_CONDITIONS, REGISTRATION_REASONS } from './registration.ts';
import { RESERVED } from './reserved.ts';
import { SUPPLIER_REASONS, SYSTEM_CONDITIONS, SYSTEM_OTHERWISE, SYSTEMS } from './systems.ts';
import { type Words, wordsOf } from './words.ts';
import { XEN_CONDITIONS, XEN_STATEMENTS } from './xen.ts';

const STATEMENTS: Words<Statement> = {
  ...ADDRESSES,
  ...DEVICES,
  ...BINDING,
  ...DIRECT,
  ...DOMAINS,
  ...GROUPS,
  ...LEGACY,
  ...REGISTRATION,
  ...RESERVED,
  ...SYSTEMS,
  ...XEN_STATEMENTS,
};

const REASONS: Words<Reason> = {
  ...BINDING_REASONS,
  ...REGISTRATION_REASONS,
  ...STREAM_REASONS,
  ...SUPPLIER_REASONS,
};

const CONDITIONS: Words<Condition> = {
  ...DEVICE_CONDITIONS,
  ...XEN_CONDITIONS,
  ...BINDING_CONDITIONS,
  ...DIRECT_CONDITIONS,
  ...DOMAIN_CONDITIONS,
  ...GROUP_CONDITIONS,
  ...LEGACY_CONDITIONS,
  ...RELEASE_CONDITIONS,
  ...REGISTRATION_CONDITIONS,
  ...SYSTEM_CONDITIONS,
};

const OTHERWISE: Words<Alternative> = {
  ...DEVICE_OTHERWISE,
  ...BINDING_OTHERWISE,
  ...DIRECT_OTHERWISE,
  ...DOMAIN_OTHERWISE,
  ...GROUP_OTHERWISE,
  ...LEGACY_OTHERWISE,
  ...RELEASE_OTHERWISE,
  ...SYSTEM_OTHERWISE,
};

const INNER = { reasonText, statementText };

/** What a step says: a sentence or two. */
export function statementText(statement: Statement): string {
  return wordsOf(STATEMENTS, statement, INNER);
}

/** Why something is so: a clause after "because", without a full stop. */
export function reasonText(reason: Reason): string {
  return wordsOf(REASONS, reason, INNER);
}

/** What an answer depends on, after "depends on": a noun phrase or a clause with "whether". */
export function conditionText(condition: Condition): string {
  return wordsOf(CONDITIONS, condition, INNER);
}

/** The condition turned out otherwise: a clause after "if". */
export function otherwiseClause(alternative: Alternative): string {
  return wordsOf(OTHERWISE, alternative, INNER);
}
