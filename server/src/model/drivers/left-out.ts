// SPDX-License-Identifier: MIT
// Drivers of IOMMUs that a command line keeps from starting: their init functions, and their modules by name.
import { own } from '#base/own.ts';
import { isEnabled, isOn, optionsOf } from '#model/platform/platform.ts';
import type { Platform } from '#model/platform/types.ts';
import type { IommuDriver } from './types.ts';

/** The function that `initcall_blacklist` names, and the module that `module_blacklist` does, in 6.12 and 7.3. */
const NAMES: Readonly<Record<string, readonly [initcall: string, module?: string]>> = {
  'apple-dart': ['apple_dart_driver_init', 'apple_dart'],
  'arm-smmu': ['arm_smmu_driver_init', 'arm_smmu'],
  'arm-smmu-v3': ['arm_smmu_driver_init', 'arm_smmu_v3'],
  exynos: ['exynos_iommu_init'],
  'ipmmu-vmsa': ['ipmmu_driver_init'],
  msm: ['msm_iommu_driver_init'],
  mtk: ['mtk_iommu_driver_init', 'mtk_iommu'],
  'mtk-v1': ['mtk_iommu_v1_driver_init', 'mtk_iommu_v1'],
  omap: ['omap_iommu_init'],
  'qcom-iommu': ['qcom_iommu_init'],
  rockchip: ['rk_iommu_driver_init'],
  sprd: ['sprd_iommu_driver_init', 'sprd_iommu'],
  sun50i: ['sun50i_iommu_driver_init'],
  'virtio-iommu': ['virtio_iommu_drv_init', 'virtio_iommu'],
  vsi: ['rockchip_vsi_iommu_driver_init', 'vsi_iommu'],
};

/** The option that keeps the driver from starting (init/main.c:initcall_blacklisted, kernel/module/main.c:blacklisted). */
export function leftOutBy(platform: Platform, driver: IommuDriver): string | undefined {
  const names = own(NAMES, driver.name);
  if (!names) return undefined;
  const [initcall, module] = names;
  const { initcallBlacklist = [], moduleBlacklist = [] } = optionsOf(platform);
  if (initcallBlacklist.includes(initcall) && isOn(platform, 'KALLSYMS', true).value)
    return `initcall_blacklist=${initcall}`;
  const loaded = module !== undefined && isEnabled(platform, driver.config) === 'module';
  return loaded && moduleBlacklist.includes(module) ? `module_blacklist=${module}` : undefined;
}
