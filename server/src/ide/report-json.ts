// SPDX-License-Identifier: MIT
// DMA reports as the public JSON of `dt-iommu explain --format json` and `dtIommu/explain` (contracts.md section 3).
import type { Range, Span } from '#base/text.ts';
import type { DmaReport, Platform } from '#model/types.ts';

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
  readonly assumed: readonly string[];
}

export function explainJson(reports: readonly DmaReport[], platform: Platform, place: JsonPlace): ExplainJson {
  return { version: 1, platform: platformJson(platform), devices: reports.map((report) => reportJson(report, place)) };
}

export function platformJson(platform: Platform): PlatformJson {
  return {
    kind: platform.kind,
    arch: platform.arch,
    kernelVersion: platform.kernelVersion.join('.'),
    kernelConfig: platform.kernelConfigPath ?? null,
    cmdline: platform.cmdline,
    assumed: platform.assumed,
  };
}

function reportJson(report: DmaReport, place: JsonPlace): object {
  return { ...report, steps: report.steps.map((step) => ({ ...step, evidence: step.evidence.map(place) })) };
}
