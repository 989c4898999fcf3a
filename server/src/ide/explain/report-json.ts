// SPDX-License-Identifier: MIT
// DMA reports as the public JSON of `dt-iommu explain --format json` and `dtIommu/explain` (contracts.md section 3).
import { hex } from '#base/numbers.ts';
import type { Range, Span } from '#base/text.ts';
import type { Claim } from '#model/claims.ts';
import type { SupplierDriver } from '#model/devices/supplier-drivers.ts';
import type { DmaPool } from '#model/direct/pool.ts';
import type { Platform } from '#model/platform/types.ts';
import { xenVersionText } from '#model/platform/xen-build.ts';
import type { BootOrder, BootWait } from '#model/probe/boot-order.ts';
import type { DmaReport } from '#model/report/types.ts';
import type { Otherwise } from '#model/what-if.ts';
import { describe } from '#wording/report.ts';
import { claimText } from '#wording/statements/claims.ts';
import { reasonText } from '#wording/statements/index.ts';
import { becausePlain } from '#wording/statements/platform.ts';
import { elsewhereText } from '#wording/statements/what-if.ts';
import { roleText } from '#wording/values.ts';
import type { DeviceExplanation } from './device-explanation.ts';

/** How a place is named: a path relative to the working directory, or a URI. */
export type JsonPlace = (span: Span) => { readonly file: string; readonly range: Range };

export interface ExplainJson {
  readonly version: 1;
  readonly platform: PlatformJson;
  readonly devices: readonly object[];
}

export interface PlatformJson {
  readonly kind: Platform['kind'];
  readonly arch: Platform['arch'];
  /** `6.12`. */
  readonly kernelVersion: string;
  /** Path of the `.config`. */
  readonly kernelConfig: string | null;
  readonly cmdline: string;
  /** `4.20`; absent where no Xen reads the tree. */
  readonly xenVersion?: string;
  /** Path of its `.config`. */
  readonly xenConfig?: string | null;
  readonly assumed: readonly string[];
}

export function explainJson(
  explanations: readonly DeviceExplanation[],
  platform: Platform,
  place: JsonPlace,
): ExplainJson {
  const devices = explanations.map((explanation) => explanationJson(explanation, place));
  return { version: 1, platform: platformJson(platform), devices };
}

export function platformJson(platform: Platform): PlatformJson {
  return {
    kind: platform.kind,
    arch: platform.arch,
    kernelVersion: platform.kernelVersion.join('.'),
    kernelConfig: platform.kernelConfigPath ?? null,
    cmdline: platform.cmdline,
    ...(platform.xenBuild && {
      xenVersion: xenVersionText(platform.xenBuild.version),
      xenConfig: platform.xenBuild.configPath ?? null,
    }),
    assumed: platform.assumed,
  };
}

/** The report, with what is told of the device beside its own fields. */
function explanationJson(
  { report, role, ops, pool, claims, waits, otherwise }: DeviceExplanation,
  place: JsonPlace,
): object {
  const facts = { role: role.role, roleWhy: roleText(role.why), ops };
  return {
    ...reportJson(report, place),
    ...facts,
    pool: pool ? poolJson(pool) : null,
    claims: claims.map(claimJson),
    waits: waits.map(waitJson),
    otherwise: otherwise.map(otherwiseJson),
  };
}

function poolJson({ path, kind, start, size, bus }: DmaPool): object {
  const text = (value: bigint | undefined) => (value === undefined ? null : hex(value));
  return { path, kind, start: text(start), size: text(size), bus: text(bus) };
}

function claimJson({ property, index, iommu, by, code, why }: Claim): object {
  return { property, index, iommu, by, code, why: claimText(why) };
}

/** The report with its places named. */
export function reportJson(report: DmaReport, place: JsonPlace): object {
  const described = describe(report);
  return { ...described, steps: described.steps.map((step) => ({ ...step, evidence: step.evidence.map(place) })) };
}

/** `dt-iommu explain --boot-order --format json`. */
export function bootOrderJson({ steps, cycles, fwDevlink }: BootOrder, platform: Platform): object {
  const order = steps.map((step) => ({ ...step, driver: driverJson(step.driver), waits: step.waits.map(waitJson) }));
  const devlink = { ...fwDevlink, because: becausePlain(fwDevlink.because) };
  return { version: 1, platform: platformJson(platform), fwDevlink: devlink, order, cycles, circles: cycles };
}

function otherwiseJson(other: Otherwise): object {
  return { ...other, when: elsewhereText(other.when) };
}

/** `circle`, and `circles` above, are the names of version 0.1: they go with the next one. */
function waitJson(wait: BootWait): object {
  return { ...wait, circle: wait.cycle, why: wait.why && reasonText(wait.why), driver: driverJson(wait.driver) };
}

function driverJson(driver: SupplierDriver | null): object | null {
  return driver && { ...driver, symbol: driver.symbol ?? null };
}
