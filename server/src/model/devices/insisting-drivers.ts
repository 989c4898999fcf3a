// SPDX-License-Identifier: MIT
// Drivers whose probe fails without an IOMMU, found by their calls of `tegra_dev_iommu_get_stream_id` and
// `device_iommu_mapped` in Linux 6.12 and 7.3. Those that go on (with a warning, slower, or by PIO) are not here.
import { GATES } from '#model/platform/gates.ts';
import type { Gate } from '#model/platform/releases.ts';

export interface InsistingDriver {
  /** `compatible` strings. */
  readonly names: ReadonlySet<string> | RegExp;
  /** `one-id`: exactly one ID at its IOMMU. `iommu`: any; the parent's serves as well. */
  readonly needs: 'one-id' | 'iommu';
  readonly error: string;
  /** Without it: 6.12 and later; a gate is named where an older source reads otherwise. */
  readonly since?: Gate;
  readonly source: string;
}

export const INSISTING: readonly InsistingDriver[] = [
  {
    names: new Set(['186', '194', '234', '264'].map((chip) => `nvidia,tegra${chip}-gpcdma`)),
    needs: 'one-id',
    error: '-EINVAL',
    source: 'drivers/dma/tegra186-gpc-dma.c:tegra_dma_probe',
  },
  {
    names: new Set(['nvidia,tegra234-mgbe']),
    needs: 'one-id',
    error: '-EINVAL',
    source: 'drivers/net/ethernet/stmicro/stmmac/dwmac-tegra.c:tegra_mgbe_probe',
  },
  {
    names: new Set(['nvidia,tegra234-se-aes', 'nvidia,tegra234-se-hash']),
    needs: 'one-id',
    error: '-ENODEV',
    source: 'drivers/crypto/tegra/tegra-se-main.c:tegra_se_probe',
  },
  {
    // Before, the driver goes on with contiguous buffers.
    names: /^qcom,(?:mdp[45]|[a-z0-9]+-dpu)$/,
    needs: 'iommu',
    error: '-ENODEV',
    since: GATES.msmInsists,
    source: 'drivers/gpu/drm/msm/msm_kms.c:msm_kms_init_vm',
  },
];

/** The row of the first of these `compatible` strings that has one. */
export function insistingDriver(compatible: readonly string[]): InsistingDriver | undefined {
  return INSISTING.find(({ names }) =>
    compatible.some((name) => (names instanceof RegExp ? names.test(name) : names.has(name))),
  );
}
