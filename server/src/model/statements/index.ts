// SPDX-License-Identifier: MIT
// What the model says, as data: statements of steps, reasons inside them, and the conditions that answers depend on.
// Types only. Facts inside are paths, numbers, names and tokens; the words are in the layer above (`wording/`).
import type { AddressStatement } from './addresses.ts';
import type { BindingAlternative, BindingReason, BindingStatement } from './binding.ts';
import type { DeviceAlternative, DeviceCondition, DeviceStatement } from './devices.ts';
import type { DirectAlternative, DirectCondition, DirectStatement } from './direct.ts';
import type { DomainAlternative, DomainStatement } from './domains.ts';
import type { GroupAlternative, GroupCondition, GroupStatement, StreamReason } from './groups.ts';
import type { LegacyAlternative, LegacyStatement } from './legacy-masters.ts';
import type { ReleaseAlternative } from './platform.ts';
import type { RegistrationCondition, RegistrationReason, RegistrationStatement } from './registration.ts';
import type { ReservedStatement } from './reserved.ts';
import type {
  BusStatement,
  GrantAlternative,
  GrantCondition,
  GrantStatement,
  SupplierReason,
  VirtioIommuAlternative,
  VirtioIommuCondition,
  VirtioIommuStatement,
  WaitAlternative,
  WaitCondition,
  WaitStatement,
  XenOpsStatement,
} from './systems.ts';
import type { XenCondition, XenStatement } from './xen.ts';

/** What a step says. */
export type Statement =
  | AddressStatement
  | DeviceStatement
  | BindingStatement
  | DirectStatement
  | DomainStatement
  | GroupStatement
  | LegacyStatement
  | RegistrationStatement
  | ReservedStatement
  | GrantStatement
  | VirtioIommuStatement
  | WaitStatement
  | BusStatement
  | XenOpsStatement
  | XenStatement;

/** Why something is so, inside a statement. */
export type Reason = BindingReason | RegistrationReason | StreamReason | SupplierReason;

/** A condition that gives another verdict when it turns out otherwise. */
export type Alternative =
  | DeviceAlternative
  | BindingAlternative
  | DirectAlternative
  | DomainAlternative
  | GroupAlternative
  | LegacyAlternative
  | ReleaseAlternative
  | GrantAlternative
  | VirtioIommuAlternative
  | WaitAlternative;

/** What an answer depends on. */
export type Condition =
  | DeviceCondition
  | XenCondition
  | Alternative
  | DirectCondition
  | GroupCondition
  | RegistrationCondition
  | GrantCondition
  | VirtioIommuCondition
  | WaitCondition;
