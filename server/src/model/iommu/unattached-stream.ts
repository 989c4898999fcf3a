// SPDX-License-Identifier: MIT
// What an IOMMU does with a stream that no domain is attached to.
import type { IommuDriver } from '#model/drivers/types.ts';
import { type Answer, answer, isOn, optionsOf } from '#model/platform/platform.ts';
import { inVersions } from '#model/platform/releases.ts';
import type { Platform } from '#model/platform/types.ts';

/** What happens to DMA of a stream that no domain is attached to, with the SMMUs' `disable_bypass` options. */
export function unattachedStream(platform: Platform, driver: IommuDriver): Answer<'fault' | 'bypass'> {
  const option = driver.bypassOption;
  if (!option || !inVersions(platform.kernelVersion, option)) {
    return { value: driver.unattached, because: { kind: 'driver', driver: driver.name }, assumed: [] };
  }
  const given = optionsOf(platform)[option.option];
  if (given !== undefined) {
    return answer(
      platform,
      given ? 'fault' : 'bypass',
      { kind: 'option', option: `${option.name}=${given ? 1 : 0}` },
      [],
    );
  }
  if (option.config === undefined)
    return answer(platform, driver.unattached, { kind: 'option-default', option: option.name }, ['cmdline']);
  const symbol = isOn(platform, option.config, true);
  return { ...symbol, value: symbol.value ? 'fault' : 'bypass' };
}
